import { importJWK, type JWK } from 'jose';
import type { PrivateKey } from 'openid-client';
import { createOutboundClient } from '../../outbound/outbound-client.ts';
import { createOutboundFetch } from '../../outbound/outbound-fetch.ts';
import { createUpstreamClient } from './upstream-client.ts';
import { createUpstreamLogin, type UpstreamLoginOptions } from './create-upstream-login.ts';

export interface OpenUpstreamOptions extends Omit<UpstreamLoginOptions, 'load' | 'now'> {
  /** The issuer's own; private. It proves who we are where there is no secret. */
  signingKey: JWK | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Milliseconds for each request to the upstream. */
const timeout = 5000;

/** An upstream login with its connections. Its own endpoints may be elsewhere, but then on public addresses. */
export function openUpstreamLogin({ signingKey, now, ...options }: OpenUpstreamOptions) {
  const { host } = new URL(options.settings.issuer);
  const outbound = createOutboundClient({ configuredHosts: [host], timeout });
  const load = createUpstreamClient({
    settings: options.settings,
    loadKey: () => loadKey(signingKey),
    fetch: createOutboundFetch(outbound),
    now,
  });
  return {
    login: createUpstreamLogin({ ...options, load, now: () => Math.floor(now() / 1000) }),
    close: () => outbound.close(),
  };
}

async function loadKey(jwk: JWK | undefined): Promise<PrivateKey> {
  const key = jwk && (await importJWK(jwk));
  if (!key || key instanceof Uint8Array) throw new Error('there is no RS256 key');
  return { key, kid: jwk?.kid ?? '' };
}
