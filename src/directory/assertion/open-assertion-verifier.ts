import { createOutboundClient } from '../outbound/outbound-client.ts';
import { createOutboundFetch } from '../outbound/outbound-fetch.ts';
import type { AssertionVerifier } from './contract.ts';
import { type AssertionVerifierOptions, createAssertionVerifier } from './create-assertion-verifier.ts';

export interface OpenedAssertionVerifier extends AssertionVerifier {
  close(): Promise<void>;
}

/** Milliseconds. */
const timeout = 5000;
const longestKeySet = 64 * 1024;

/**
 * A verifier that fetches the brand's keys where they are given by address.
 *
 * @throws Error with a sentence for the operator when a key cannot be used
 */
export function openAssertionVerifier(
  options: Omit<AssertionVerifierOptions, 'fetch'>,
): OpenedAssertionVerifier {
  const { jwks_uri: uri } = options.settings;
  const client =
    uri === undefined
      ? undefined
      : createOutboundClient({ configuredHosts: [new URL(uri).host], timeout, longestBody: longestKeySet });
  const fetch = client ? createOutboundFetch(client) : refuseFetch;
  return {
    ...createAssertionVerifier({ ...options, fetch }),
    async close() {
      await client?.close();
    },
  };
}

const refuseFetch = () => Promise.reject(new Error('configured keys are not fetched'));
