import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { KeyError } from './key-error.ts';
import { publicKeyObject } from './public-key.ts';
import type { SigningEntry } from './signing-entry.ts';

/** Certificates for keys, from PEM files: each goes to the key that it was made for (RFC 7517 section 4.7). */
export interface CertificateChain {
  file: string;
  /** The key's own first, each followed by its issuer. */
  chain: readonly X509Certificate[];
}

/** @throws KeyError */
export function readCertificate(file: string): CertificateChain {
  return { file, chain: parseChain(file, readText(file)) };
}

export interface WithCertificates {
  entries: SigningEntry[];
  /** Files whose certificate is for none of the keys. */
  unused: string[];
}

export function addCertificates(
  entries: readonly SigningEntry[],
  chains: readonly CertificateChain[],
): WithCertificates {
  const used = new Set<string>();
  const changed = entries.map((entry) => {
    const key = publicKeyObject(entry.jwk);
    const found = chains.find(({ chain: [own] }) => own?.publicKey.equals(key));
    if (!found) return entry;
    used.add(found.file);
    const x5c = found.chain.map(({ raw }) => raw.toString('base64'));
    return { ...entry, jwk: { ...entry.jwk, x5c } };
  });
  return { entries: changed, unused: chains.map(({ file }) => file).filter((file) => !used.has(file)) };
}

/** When the first certificate of the key's chain ends; milliseconds since the epoch. */
export function certificateEnd({ x5c = [] }: { x5c?: readonly string[] }): number | undefined {
  const ends = x5c.map((der) => new X509Certificate(Buffer.from(der, 'base64')).validToDate.getTime());
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** @returns what is wrong with a chain that stands in a key file */
export function findWrongChain(key: Parameters<typeof publicKeyObject>[0]): string | undefined {
  try {
    const [own] = (key.x5c ?? []).map((der) => new X509Certificate(Buffer.from(der, 'base64')));
    return own && !own.publicKey.equals(publicKeyObject(key))
      ? 'has the certificate of another key'
      : undefined;
  } catch {
    return 'has a certificate that is none';
  }
}

function parseChain(file: string, text: string): X509Certificate[] {
  const parts = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (parts.length === 0) throw new KeyError('broken', `${file} has no PEM certificate`);
  const chain = parts.map((part) => parseCertificate(file, part));
  for (const [place, certificate] of chain.entries()) {
    const issuer = chain[place + 1];
    if (issuer && !certificate.checkIssued(issuer))
      throw new KeyError('broken', `${file}: certificate ${place + 1} was not issued by the one after it`);
  }
  return chain;
}

function parseCertificate(file: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new KeyError('broken', `${file} has a PEM certificate that cannot be read`);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new KeyError('missing', `the certificate ${file} cannot be read (${code})`);
  }
}
