import { verify } from 'node:crypto';
import { BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, handleAll } from 'cockatiel';
import type { JWK } from 'jose';
import { ParleyError } from '../../errors.ts';
import { publicKeyObject } from '../public-key.ts';
import type { HeldKey, Signer } from '../signer.ts';
import { createAgentConnection } from './agent-connection.ts';
import { fromSshKey, fromSshSignature, toSshKey } from './ssh-key.ts';
import { readWire, writeString, writeUint32 } from './ssh-wire.ts';

/**
 * A signer behind a Unix socket that speaks the SSH agent protocol (draft-ietf-sshm-ssh-agent): OpenSSH's own agent
 * signs so with any PKCS#11 token, and what stands before a KMS can be written in an hour.
 */

/** Message numbers, section 5.1. */
const requestIdentities = 11;
const identitiesAnswer = 12;
const signRequest = 13;
const signResponse = 14;
/** Flag of a sign request, section 5.3: RSA with SHA-256. */
const rsaSha2256 = 2;

export interface AgentSignerOptions {
  /** Path of the socket. */
  path: string;
  /** Milliseconds for each signature. */
  timeout?: number;
}

/** Milliseconds. */
const usualTimeout = 3000;
const pauseWhileOpen = 2000;

export function createAgentSigner({ path, timeout = usualTimeout }: AgentSignerOptions): Signer {
  const connection = createAgentConnection({ path, timeout });
  // A token that hangs would hold up every request for the whole time-out.
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: pauseWhileOpen,
    breaker: new ConsecutiveBreaker(3),
  });

  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await breaker.execute(work);
    } catch (cause) {
      const reason = cause instanceof BrokenCircuitError ? 'it failed before' : reasonOf(cause);
      throw new ParleyError('signing_unavailable', `the signing agent at ${path}: ${reason}`, { cause });
    }
  }

  return {
    sign: (jwk, data) =>
      guarded(async () => {
        const flags = writeUint32(jwk.kty === 'RSA' ? rsaSha2256 : 0);
        const request = [Buffer.of(signRequest), writeString(toSshKey(jwk)), writeString(data), flags];
        const answer = await connection.ask(Buffer.concat(request));
        if (answer[0] !== signResponse) throw new Error(`it refused to sign with ${jwk.kid ?? 'the key'}`);
        return checked(jwk, data, fromSshSignature(jwk, readWire(answer.subarray(1)).string()));
      }),
    async check() {
      await guarded(() => connection.connect());
    },
    list: () => guarded(async () => readIdentities(await connection.ask(Buffer.of(requestIdentities)))),
    close: () => connection.close(),
  };
}

function readIdentities(answer: Buffer): HeldKey[] {
  if (answer[0] !== identitiesAnswer) throw new Error('it does not list its keys');
  const reader = readWire(answer.subarray(1));
  return Array.from(
    { length: reader.uint32() },
    () => [reader.string(), reader.string().toString()] as const,
  ).flatMap(([key, name]) => {
    const jwk = fromSshKey(key);
    return jwk ? [{ name, jwk }] : [];
  });
}

/** A token that was restored with another key under the same name must not fill the world with worthless tokens. */
function checked(jwk: JWK, data: Uint8Array, signature: Uint8Array): Uint8Array {
  if (!verify('sha256', data, { key: publicKeyObject(jwk), dsaEncoding: 'ieee-p1363' }, signature))
    throw new Error(`its signature is not by ${jwk.kid ?? 'the key'}`);
  return signature;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown reason';
}
