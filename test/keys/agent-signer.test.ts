import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose';
import { ParleyError } from '../../src/errors.ts';
import { adoptKey } from '../../src/keys/adopt-key.ts';
import { createAgentSigner } from '../../src/keys/agent/agent-signer.ts';
import { signJwt } from '../../src/keys/sign-jwt.ts';
import type { Signer } from '../../src/keys/signer.ts';
import { describeWith } from '../support/availability.ts';
import { poll } from '../support/poll.ts';
import { quickest } from '../support/quickest.ts';
import { standStill } from '../support/stand-still.ts';
import { startTokenAgent, type TokenAgent } from '../support/token-agent.ts';
import { startListener } from '../support/unix-listener.ts';

/** Milliseconds, where the agent says nothing. */
const timeout = 1500;
/** Everywhere else: what is late is the machine. */
const patient = 20_000;

async function refusal(work: Promise<unknown>): Promise<ParleyError> {
  const reason: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(reason instanceof ParleyError)) throw new Error(`no ParleyError but ${String(reason)}`);
  return reason;
}

describeWith('softhsm2-util', () => {
  let agent: TokenAgent;
  let signer: Signer;
  let hasty: Signer;
  beforeAll(async () => {
    agent = await startTokenAgent();
    await agent.makeKey('acme-rsa', 'rsa:2048');
    await agent.makeKey('acme-ec', 'EC:prime256v1');
    await agent.restart();
    signer = createAgentSigner({ path: agent.socket, timeout: patient });
    hasty = createAgentSigner({ path: agent.socket, timeout });
  });
  afterAll(async () => {
    signer?.close();
    hasty?.close();
    await agent?.stop();
  });

  describe('an agent before a PKCS#11 token', () => {
    test.each([
      ['acme-rsa', 'RS256'],
      ['acme-ec', 'ES256'],
    ])('signs with %s as %s, and nothing of the key leaves but its public half', async (name, alg) => {
      const { jwk } = await adoptKey(signer, name, 0);
      expect(jwk.alg).toBe(alg);
      expect(jwk).not.toHaveProperty('d');
      const keys = createLocalJWKSet({ keys: [jwk] });
      // Among ES256 signatures some have numbers shorter than 32 bytes.
      const tokens = await Promise.all(
        Array.from({ length: 100 }, (_, n) => signJwt({ n }, { jwk, signer, typ: 'test+jwt' })),
      );
      for (const [n, token] of tokens.entries()) {
        const { payload, protectedHeader } = await jwtVerify(token, keys, { typ: 'test+jwt' });
        expect([payload['n'], protectedHeader.alg, protectedHeader.kid]).toEqual([n, alg, jwk.kid]);
      }
    });

    test('knows keys by their fingerprint too, and says which there are none', async () => {
      const [held] = await signer.list();
      const { jwk } = await adoptKey(signer, held!.name, 0);
      expect(jwk).toMatchObject(held!.jwk);
      await expect(adoptKey(signer, 'nobody', 0)).rejects.toThrow('no RSA or P-256 key nobody');
    });

    test('refuses a key that it does not have', async () => {
      const { publicKey } = await generateKeyPair('ES256');
      const error = await refusal(signer.sign(await exportJWK(publicKey), Buffer.from('x')));
      expect(error).toMatchObject({ code: 'signing_unavailable', status: 503 });
    });

    test('that hangs is waited for once, then refused at once, and serves again when it goes on', async () => {
      const { jwk } = await adoptKey(signer, 'acme-ec', 0);
      // The breaker's clock: it tries again after two seconds, and a socket takes connections though nobody answers.
      const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
      agent.pause();
      try {
        const answers = await Promise.all(
          Array.from({ length: 3 }, () => refusal(hasty.sign(jwk, Buffer.from('x')))),
        );
        expect(answers.map(({ message }) => message)).toContain(
          `the signing agent at ${agent.socket}: no answer in time`,
        );
        await refusal(hasty.sign(jwk, Buffer.from('x')));
        const took = await quickest(5000, async () => {
          for (let n = 0; n < 100; n += 1)
            expect((await refusal(hasty.check())).code).toBe('signing_unavailable');
        });
        expect(took).toBeLessThan(5000);
      } finally {
        agent.resume();
        clock.mockRestore();
      }
      await untilSigned(hasty, jwk);
    });

    test('is heard when this process stood still while it answered', async () => {
      const { jwk } = await adoptKey(signer, 'acme-ec', 0);
      const signatures = Array.from({ length: 10 }, () => hasty.sign(jwk, Buffer.from('x')));
      await setImmediate();
      standStill(timeout * 1.5);
      expect(await Promise.all(signatures)).toHaveLength(10);
    });

    test('that is gone is told at once, and one that comes back is found', async () => {
      const { jwk } = await adoptKey(signer, 'acme-rsa', 0);
      await agent.kill();
      await refusal(signer.sign(jwk, Buffer.from('x')));
      const error = await refusal(signer.check());
      expect(error.code).toBe('signing_unavailable');
      await agent.restart();
      await untilSigned(signer, jwk);
    });

    function untilSigned(by: Signer, jwk: JWK): Promise<void> {
      return poll('it signs again', 30_000, () => by.sign(jwk, Buffer.from('x')).then(Boolean, () => false));
    }
  });
});

describe('something that is no agent', () => {
  const jwk = async () => ({ ...(await exportJWK((await generateKeyPair('ES256')).publicKey)), kid: 'k' });

  test.each<[string, Buffer]>([
    ['an answer without end', Buffer.alloc(8, 0xff)],
    ['an empty answer', Buffer.from([0, 0, 0, 0])],
    ['a signature cut short', Buffer.from([0, 0, 0, 6, 14, 0, 0, 0, 9, 1])],
    ['a signature by another algorithm', answerWith('ssh-ed25519', Buffer.alloc(64))],
    [
      'a signature by another key',
      answerWith('ecdsa-sha2-nistp256', Buffer.concat([sized(Buffer.of(1)), sized(Buffer.of(2))])),
    ],
  ])('with %s is refused, and no token leaves', async (_title, bytes) => {
    const listener = await startListener((socket) => socket.on('data', () => socket.write(bytes)));
    const signer = createAgentSigner({ path: listener.path, timeout: patient });
    const error = await refusal(signer.sign(await jwk(), Buffer.from('x')));
    expect(error.code).toBe('signing_unavailable');
    signer.close();
    await listener.stop();
  });
});

function sized(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function answerWith(type: string, signature: Buffer): Buffer {
  return sized(
    Buffer.concat([Buffer.of(14), sized(Buffer.concat([sized(Buffer.from(type)), sized(signature)]))]),
  );
}
