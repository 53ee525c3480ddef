import type { Config } from '../config/contract.ts';
import { loadEncryptionKeys } from '../keys/encryption-keys.ts';
import { createSeal, type Seal } from '../keys/seal.ts';

/**
 * The seal for secrets in the store. Its keys are read, or in development made, when the first brand needs them.
 * @throws KeyError, from the returned function, at each call until the keys are there
 */
export function createSealLoader({ production, server }: Config): () => Promise<Seal> {
  let seal: Promise<Seal> | undefined;
  const load = async (): Promise<Seal> => {
    const given = server.encryption_keys;
    const keys =
      given.length > 0 ? given : await loadEncryptionKeys({ folder: server.keys, create: !production });
    return createSeal(keys);
  };
  return () => {
    seal ??= load().catch((error: unknown) => {
      seal = undefined;
      throw error;
    });
    return seal;
  };
}
