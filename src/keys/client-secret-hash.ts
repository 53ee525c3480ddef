import { hash } from 'node:crypto';

/**
 * The hash under which a client's secret may rest. SHA-256 without salt or stretching: what `parley client secret`
 * makes has 256 bits, which no number of guesses finds (docs/decisions/client-secret-hash.md).
 */
export function hashClientSecret(secret: string): string {
  return `sha256:${hash('sha256', secret, 'base64url')}`;
}
