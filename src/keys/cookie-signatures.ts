import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/**
 * The signature beside each cookie: HMAC-SHA-256 over `name=value`, base64url. The first key signs, all verify.
 *
 * It has the shape that Koa, `cookies` and oidc-provider take in place of their own: theirs makes key objects anew for
 * each cookie and compares by two more HMACs, which was a sixth of what a silent request cost. One request looks at the
 * same cookie up to three times, so the last signatures are remembered.
 */
export interface CookieSignatures {
  sign(data: string): string;
  verify(data: string, signature: string): boolean;
  /** Of the key that made it; -1: none of ours did. A cookie of an older key is signed anew. */
  index(data: string, signature: string): number;
}

/** @param secrets newest first, 32 bytes each */
export function createCookieSignatures(secrets: readonly Uint8Array[]): CookieSignatures {
  const signers = secrets.map((secret) => createSigner(createSecretKey(secret)));
  const [newest] = signers;
  if (!newest) throw new TypeError('cookies need a key');
  const index: CookieSignatures['index'] = (data, signature) => {
    const given = Buffer.from(signature);
    return signers.findIndex((sign) => isSame(given, Buffer.from(sign(data))));
  };
  return {
    sign: newest,
    verify: (data, signature) => index(data, signature) >= 0,
    index,
  };
}

/** Cookies whose signatures are remembered, of all requests that run. */
const most = 256;
/** Characters. A longer one is none of ours: strangers would fill the memory with them, brand by brand. */
const longest = 256;

function createSigner(key: KeyObject): (data: string) => string {
  const known = new Map<string, string>();
  const make = (data: string) => createHmac('sha256', key).update(data).digest('base64url');
  return (data) => {
    if (data.length > longest) return make(data);
    const signature = known.get(data) ?? make(data);
    if (known.size >= most) known.clear();
    known.set(data, signature);
    return signature;
  };
}

function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
