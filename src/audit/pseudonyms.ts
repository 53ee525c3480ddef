import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';

/**
 * Names that stand for consumers in the audit log: a keyed hash, so that lines about one consumer belong together and
 * nobody without the key can try account ids out. Whoever has the key can look for a known account.
 */
export interface Pseudonyms {
  ofAccount(brand: string, accountId: string): string;
  ofLogin(brand: string, login: string): string;
}

/** @param key a secret text; the brand is part of what is hashed, so that brands' logs cannot be joined */
export function createPseudonyms(key: string): Pseudonyms {
  // A key object that stays: with raw bytes, Node makes one for each hash.
  const derived = createSecretKey(new Uint8Array(hkdfSync('sha256', key, '', 'parley audit pseudonyms', 32)));
  const hash = (kind: string, brand: string, value: string) =>
    createHmac('sha256', derived)
      .update(JSON.stringify([kind, brand, value]))
      .digest('base64url')
      .slice(0, 22);
  return {
    ofAccount: (brand, accountId) => hash('account', brand, accountId),
    ofLogin: (brand, login) => hash('login', brand, login),
  };
}
