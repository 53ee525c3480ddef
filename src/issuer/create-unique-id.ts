import { randomUUID } from 'node:crypto';

/**
 * A random UUID (RFC 9562 section 5.4) in 22 letters, for what must never be the same twice and opens nothing by itself: a
 * grant, the uid of a session. Each token and code holds both, so their length counts in the store. Node takes the
 * randomness of many UUIDs at once; `randomBytes` asks the system for each.
 */
export function createUniqueId(): string {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
}
