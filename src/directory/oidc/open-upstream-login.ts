import { createOutboundClient } from '../../outbound/outbound-client.ts';
import { createOutboundFetch } from '../../outbound/outbound-fetch.ts';
import { createUpstreamClient, type SignAssertion } from './upstream-client.ts';
import { createUpstreamLogin, type UpstreamLoginOptions } from './create-upstream-login.ts';

export interface OpenUpstreamOptions extends Omit<UpstreamLoginOptions, 'load' | 'now'> {
  /** Signs with the issuer's own key (RS256): it proves who we are where there is no secret. */
  signAssertion: SignAssertion;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Milliseconds for each request to the upstream. */
const timeout = 5000;

/** An upstream login with its connections. Its own endpoints may be elsewhere, but then on public addresses. */
export function openUpstreamLogin({ signAssertion, now, ...options }: OpenUpstreamOptions) {
  const { host } = new URL(options.settings.issuer);
  const outbound = createOutboundClient({ configuredHosts: [host], timeout });
  const load = createUpstreamClient({
    settings: options.settings,
    signAssertion,
    fetch: createOutboundFetch(outbound, { ignoresSignals: true }),
    now,
  });
  return {
    login: createUpstreamLogin({ ...options, load, now: () => Math.floor(now() / 1000) }),
    close: () => outbound.close(),
  };
}
