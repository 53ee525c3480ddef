import { createHash } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { toSshKey } from './agent/ssh-key.ts';
import { KeyError } from './key-error.ts';
import { publicKeyObject } from './public-key.ts';
import type { HeldKey, Signer } from './signer.ts';
import type { SigningEntry } from './signing-entry.ts';
import type { SigningKey } from './signing-key-schema.ts';

/**
 * A key that a signer holds becomes a key of the brand's: its public half, and nothing else, goes into the key file.
 * It signs once before, so that no key is published that cannot sign.
 *
 * @param name as the signer lists it (with a PKCS#11 token its label), or its fingerprint `SHA256:…`
 * @param now milliseconds since the epoch
 * @throws KeyError
 */
export async function adoptKey(signer: Signer, name: string, now: number): Promise<SigningEntry> {
  const held = (await signer.list()).filter((key) => [key.name, fingerprintOf(key)].includes(name));
  const [only, ...others] = held;
  if (!only)
    throw new KeyError('missing', `the agent has no RSA or P-256 key ${name}: ssh-add -l lists them`);
  if (others.length > 0)
    throw new KeyError('unusable', `the agent has several keys ${name}: use the fingerprint (ssh-add -l)`);
  const bits = publicKeyObject(only.jwk).asymmetricKeyDetails?.modulusLength;
  if (only.jwk.kty === 'RSA' && (bits === undefined || bits < 2048))
    throw new KeyError('unusable', `the key ${name} has fewer than 2048 bits`);
  const kid = await calculateJwkThumbprint(only.jwk);
  const alg = only.jwk.kty === 'RSA' ? 'RS256' : 'ES256';
  const jwk = { ...only.jwk, kid, use: 'sig', alg } as SigningKey;
  await signer.sign(jwk, Buffer.from('parley'));
  return { createdAt: now, acknowledged: {}, jwk };
}

/** As OpenSSH prints it. */
function fingerprintOf({ jwk }: HeldKey): string {
  return `SHA256:${createHash('sha256').update(toSshKey(jwk)).digest('base64').replace(/=+$/, '')}`;
}
