import { KeyError } from '../keys/key-error.ts';
import { loadKeySet, signingKey } from '../keys/key-set.ts';
import { pastedKey } from '../keys/public-key.ts';

/** The brand's key for the platform's console; undefined where no keys have been made, or no RS256 key. */
export async function findPastedKey(folder: string, brand: string): Promise<string | undefined> {
  try {
    const key = signingKey(await loadKeySet({ folder, brand, create: false }));
    return key && pastedKey(key);
  } catch (error) {
    if (error instanceof KeyError && error.reason === 'missing') return undefined;
    throw error;
  }
}
