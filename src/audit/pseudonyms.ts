import { createHmac, createSecretKey, hkdfSync } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/**
 * Names that stand for consumers in the audit log: a keyed hash, so that lines about one consumer belong together and
 * nobody without the key can try account ids out. Whoever has the key can look for a known account.
 */
export interface Pseudonyms {
  ofAccount(brand: string, accountId: string): string;
  ofLogin(brand: string, login: string): string;
}

/** One sign-in writes several lines about one consumer. */
const mostRemembered = 1000;

/** @param key a secret text; the brand is part of what is hashed, so that brands' logs cannot be joined */
export function createPseudonyms(key: string): Pseudonyms {
  // A key object that stays: with raw bytes, Node makes one for each hash.
  const derived = createSecretKey(new Uint8Array(hkdfSync('sha256', key, '', 'parley audit pseudonyms', 32)));
  const made = new LRUCache<string, string>({ max: mostRemembered });
  const make = (text: string) => createHmac('sha256', derived).update(text).digest('base64url').slice(0, 22);

  function hash(kind: string, brand: string, value: string): string {
    const text = JSON.stringify([kind, brand, value]);
    const known = made.get(text);
    if (known !== undefined) return known;
    const pseudonym = make(text);
    made.set(text, pseudonym);
    return pseudonym;
  }
  return {
    ofAccount: (brand, accountId) => hash('account', brand, accountId),
    ofLogin: (brand, login) => hash('login', brand, login),
  };
}
