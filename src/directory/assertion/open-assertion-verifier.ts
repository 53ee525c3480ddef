import type { AssertionVerifier } from './contract.ts';
import { type AssertionVerifierOptions, createAssertionVerifier } from './create-assertion-verifier.ts';
import { withKeyFetch } from './key-fetch.ts';

export interface OpenedAssertionVerifier extends AssertionVerifier {
  close(): Promise<void>;
}

/**
 * A verifier that fetches the brand's keys where they are given by address.
 *
 * @throws Error with a sentence for the operator when a key cannot be used
 */
export function openAssertionVerifier(
  options: Omit<AssertionVerifierOptions, 'fetch'>,
): OpenedAssertionVerifier {
  return withKeyFetch(options.settings, (fetch) => createAssertionVerifier({ ...options, fetch }));
}
