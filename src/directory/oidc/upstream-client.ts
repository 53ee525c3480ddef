import { randomUUID } from 'node:crypto';
import * as client from 'openid-client';
import { ParleyError } from '../../errors.ts';
import type { UpstreamSettings } from './contract.ts';

/** @param claims of a JWT that proves who we are. @returns the JWT */
export type SignAssertion = (claims: Record<string, unknown>) => Promise<string>;

export interface UpstreamClientOptions {
  settings: Pick<UpstreamSettings, 'issuer' | 'client_id' | 'client_secret'>;
  /** Signs at the upstream's token endpoint where there is no secret. */
  signAssertion: SignAssertion;
  /** Ends by itself: the library's own time-out is ignored. */
  fetch: typeof fetch;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Milliseconds for which a discovery document is taken as it was. */
const fresh = 10 * 60_000;

/**
 * The upstream OpenID Provider's discovery document, asked for when it is first needed: an upstream that is down keeps
 * no brand from starting. While it cannot be had anew, the old one serves.
 *
 * @returns rejects with ParleyError('login_unavailable')
 */
export function createUpstreamClient(options: UpstreamClientOptions): () => Promise<client.Configuration> {
  let known: { configuration: client.Configuration; at: number } | undefined;
  let asking: Promise<client.Configuration> | undefined;

  async function ask(): Promise<client.Configuration> {
    try {
      const configuration = await discover(options);
      known = { configuration, at: options.now() };
      return configuration;
    } catch (cause) {
      if (known) return known.configuration;
      throw new ParleyError('login_unavailable', `upstream discovery: ${reasonOf(cause)}`, { cause });
    }
  }

  return () => {
    if (known && options.now() - known.at < fresh) return Promise.resolve(known.configuration);
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function discover(options: UpstreamClientOptions): Promise<client.Configuration> {
  const { settings, fetch } = options;
  const { issuer, client_id: clientId, client_secret: secret } = settings;
  const authentication = secret === undefined ? withAssertion(options) : client.ClientSecretBasic(secret);
  return client.discovery(new URL(issuer), clientId, {}, authentication, {
    [client.customFetch]: (url, init) => fetch(url, init as RequestInit),
    // The configuration's checks let http pass on loopback alone.
    execute: issuer.startsWith('http:') ? [client.allowInsecureRequests] : [],
  });
}

/** RFC 7523 section 2.2. The library's own way wants the private key itself, which an agent does not give away. */
function withAssertion({ signAssertion, now }: UpstreamClientOptions): client.ClientAuth {
  // The library waits for it, though its type does not say so.
  // oxlint-disable-next-line typescript/no-misused-promises
  return async (as, { client_id: clientId }, body) => {
    const iat = Math.floor(now() / 1000);
    const subject = { iss: clientId, sub: clientId, aud: as.issuer, jti: randomUUID() };
    body.set('client_id', clientId);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', await signAssertion({ ...subject, iat, nbf: iat, exp: iat + 60 }));
  };
}

/** Names and codes; never a body or a token. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown reason';
  const { code, error: said } = error as { code?: unknown; error?: unknown };
  const words = [error.name, code, said].filter((word) => typeof word === 'string');
  return words.map((word) => word.replaceAll(/[^\w.-]/g, '?').slice(0, 60)).join(' ');
}
