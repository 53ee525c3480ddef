import type { KeyObject } from 'node:crypto';
import { createSelfSignedCertificate } from '../../src/keys/self-signed-certificate.ts';

const day = 24 * 3_600_000;

/** A PEM certificate around a key, as platforms hand out their encryption keys and operators get them. */
export function createCertificatePem(
  privateKey: KeyObject,
  { from = Date.now() - day, until = Date.now() + 365 * day }: { from?: number; until?: number } = {},
): string {
  const jwk = { kty: 'RSA' as const, ...privateKey.export({ format: 'jwk' }), kid: 'test' };
  const base64 = createSelfSignedCertificate({ jwk, name: 'platform', from, until });
  return `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`;
}
