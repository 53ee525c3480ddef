import { randomBytes } from 'node:crypto';

/**
 * 128 random bits, for what must never be the same twice and opens nothing by itself: a grant, the uid of a session. Each
 * token and code holds both, so their length counts in the store.
 */
export function createUniqueId(): string {
  return randomBytes(16).toString('base64url');
}
