import { withKeyFetch } from '../assertion/key-fetch.ts';
import type { AssertionVerifierOptions } from '../assertion/create-assertion-verifier.ts';
import type { EventVerifier } from './contract.ts';
import { createEventVerifier } from './create-event-verifier.ts';

export interface OpenedEventVerifier extends EventVerifier {
  close(): Promise<void>;
}

/**
 * A verifier of the brand's events that fetches the brand's keys where they are given by address.
 *
 * @throws Error with a sentence for the operator when a key cannot be used
 */
export function openEventVerifier(options: Omit<AssertionVerifierOptions, 'fetch'>): OpenedEventVerifier {
  return withKeyFetch(options.settings, (fetch) => createEventVerifier({ ...options, fetch }));
}
