import { createOutboundClient } from '../../outbound/outbound-client.ts';
import { createOutboundFetch } from '../../outbound/outbound-fetch.ts';
import type { AssertionSettings } from './contract.ts';

/** Milliseconds. */
const timeout = 5000;
const longestKeySet = 64 * 1024;

/** Opens a verifier with the one connection that it may need: to the brand's keys, where they are given by address. */
export function withKeyFetch<Verifier>(
  { jwks_uri: uri }: AssertionSettings,
  create: (fetchKeys: typeof fetch) => Verifier,
): Verifier & { close(): Promise<void> } {
  const client =
    uri === undefined
      ? undefined
      : createOutboundClient({ configuredHosts: [new URL(uri).host], timeout, longestBody: longestKeySet });
  return {
    ...create(client ? createOutboundFetch(client, { ignoresSignals: true }) : refuseFetch),
    async close() {
      await client?.close();
    },
  };
}

const refuseFetch = () => Promise.reject(new Error('configured keys are not fetched'));
