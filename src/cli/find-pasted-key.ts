import { openBrandKeys } from '../brand/brand-keys.ts';
import type { BrandConfig, ClientConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import { KeyError } from '../keys/key-error.ts';
import { currentKey, type KeyInState, nextKey } from '../keys/key-states.ts';
import { loadKeySet } from '../keys/key-set.ts';
import { pastedKey } from '../keys/public-key.ts';
import { seenFrom } from '../keys/rotation.ts';

/** A key for the platform's console. */
export interface NextPastedKey {
  kid: string;
  /** SubjectPublicKeyInfo in base64 on one line. */
  key: string;
  /** Not to be pasted earlier; milliseconds since the epoch. */
  from: number;
  acknowledged: boolean;
}

/** The key that signs for the client; undefined where no keys have been made, or none of its algorithm. */
export async function findPastedKey(
  config: Config,
  brand: BrandConfig,
  { id_token_alg: algorithm = 'RS256' }: Pick<ClientConfig, 'id_token_alg'>,
): Promise<string | undefined> {
  const current = currentKey(await findStates(config, brand), algorithm);
  return current && pastedKey(current.jwk);
}

/** The key that will sign for a client whose platform has it pasted. */
export async function findNextPastedKey(
  config: Config,
  brand: BrandConfig,
  { id, id_token_alg: algorithm = 'RS256', pasted_key: isPasted }: ClientConfig,
): Promise<NextPastedKey | undefined> {
  const next = isPasted ? nextKey(await findStates(config, brand), algorithm) : undefined;
  if (!next) return undefined;
  return {
    kid: next.jwk.kid,
    key: pastedKey(next.jwk),
    from: seenFrom(next, openBrandKeys(config, brand).policy),
    acknowledged: next.acknowledged[id] !== undefined,
  };
}

async function findStates(config: Config, brand: BrandConfig): Promise<readonly KeyInState[]> {
  const { home, policy } = openBrandKeys(config, brand);
  try {
    return (await loadKeySet({ home, times: policy, create: false })).states;
  } catch (error) {
    if (error instanceof KeyError && error.reason === 'missing') return [];
    throw error;
  }
}
