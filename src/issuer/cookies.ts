import { hkdfSync } from 'node:crypto';
import { type CookieSignatures, createCookieSignatures } from '../keys/cookie-signatures.ts';

/** Names and attributes of one brand's cookies. */
export interface BrandCookies {
  names: { session: string; interaction: string; resume: string };
  /** The browser's own secret that ties an interaction's result to the browser that began it. */
  binding: string;
  signatures: CookieSignatures;
  /** Says that consumers have signed in here before; outlives every session (interaction/known-browsers.ts). */
  known: string;
  long: CookieAttributes;
  short: CookieAttributes;
}

export interface CookieAttributes {
  httpOnly: true;
  sameSite: 'lax';
  signed: true;
  path?: string;
  secure?: boolean;
}

/**
 * `__Host-` where the issuer owns the root of its host, `__Secure-` with a path for a brand on a path, and no
 * prefix on http (loopback only: Chromium drops prefixed cookies there). The brand is part of every name, and
 * the keys are derived per brand, so brands of one process cannot read or forge each other's cookies.
 */
export function createBrandCookies(
  brand: string,
  issuer: string,
  masterKeys: readonly string[],
): BrandCookies {
  const { protocol, pathname } = new URL(issuer);
  const secure = protocol === 'https:';
  const path = pathname === '/' ? undefined : pathname;
  const hostPrefix = secure ? (path ? '__Secure-' : '__Host-') : '';
  const scopedPrefix = secure ? '__Secure-' : '';
  const common = { httpOnly: true, sameSite: 'lax', signed: true, ...(secure && { secure }) } as const;
  return {
    names: {
      session: `${hostPrefix}parley_${brand}_session`,
      interaction: `${scopedPrefix}parley_${brand}_interaction`,
      resume: `${scopedPrefix}parley_${brand}_resume`,
    },
    binding: `${hostPrefix}parley_${brand}_browser`,
    known: `${hostPrefix}parley_${brand}_known`,
    signatures: createCookieSignatures(masterKeys.map((key) => deriveKey(key, `parley cookie ${brand}`))),
    long: { ...common, ...(path && { path }) },
    short: common,
  };
}

function deriveKey(masterKey: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', masterKey, '', purpose, 32));
}
