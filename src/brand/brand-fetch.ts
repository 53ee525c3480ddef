import type { BrandConfig } from '../config/brand-schema.ts';
import { openOutboundFetch, type OutboundFetch } from '../outbound/open-outbound-fetch.ts';

/** Milliseconds; the library's own limit, which a standstill of this process would use up. */
const issuerTimeout = 2500;
/** Milliseconds; the brokers have shorter limits of their own. */
const brokerTimeout = 10_000;
/** Bytes: a key set, an answer of a platform; both have shorter limits where they are read. */
const longestBody = 128 * 1024;

/**
 * The issuer's requests: clients' key sets, back-channel logout. Whoever registers a client writes these addresses, so
 * they lead outside, but for the hosts that the brand lists.
 */
export function openIssuerFetch({ internal_hosts }: Pick<BrandConfig, 'internal_hosts'>): OutboundFetch {
  return openOutboundFetch({
    configuredHosts: internal_hosts,
    timeout: issuerTimeout,
    ignoresSignals: true,
    longestBody,
  });
}

/** The brokers' requests, to the addresses that the brand's file gives for the platform. */
export function openBrokerFetch({ clients }: Pick<BrandConfig, 'clients'>): OutboundFetch {
  const addresses = clients.flatMap(({ livechat }) =>
    livechat ? [livechat.accounts_url, livechat.api_url] : [],
  );
  const configuredHosts = [...new Set(addresses.map((address) => new URL(address).host))];
  return openOutboundFetch({
    configuredHosts,
    timeout: brokerTimeout,
    longestBody,
    connections: 20,
    readsSetCookie: true,
  });
}
