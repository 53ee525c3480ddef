import { createHmac, hkdfSync } from 'node:crypto';
import { FlattenedEncrypt, flattenedDecrypt } from 'jose';

/**
 * Secrets at rest: JWE (RFC 7516) with a key of ours, `dir` and A256GCM. Each is bound to its place (the additional
 * authenticated data of section 5.1), so that a ciphertext that was moved to another account's record opens nothing.
 */
export interface Seal {
  /** @param place what the secret belongs to and where it lies: brand, kind, account … */
  close(secret: string, place: readonly string[]): Promise<string>;
  /** undefined: no key of ours opens it at this place. */
  open(sealed: string, place: readonly string[]): Promise<string | undefined>;
  /** Sealed with the newest key; anything else is sealed anew when it is next written. */
  isCurrent(sealed: string): boolean;
  /** Equal for equal texts, and tells nothing else about them: to see whether something changed. */
  fingerprint(text: string): string;
}

interface DerivedKey {
  id: string;
  key: Uint8Array;
}

/** @param secrets newest first; the first one seals, all of them open */
export function createSeal(secrets: readonly string[]): Seal {
  const keys = secrets.map(deriveKey);
  const [newest] = keys;
  if (!newest) throw new TypeError('a seal needs a key');
  const keyOf = (sealed: string): DerivedKey | undefined => {
    const id = keyIdOf(sealed);
    return keys.find((key) => key.id === id);
  };

  return {
    async close(secret, place) {
      const jwe = await new FlattenedEncrypt(new TextEncoder().encode(secret))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: newest.id })
        .setAdditionalAuthenticatedData(toData(place))
        .encrypt(newest.key);
      // The place is known wherever it is opened again, so it is not written down with it.
      return [jwe.protected, jwe.iv, jwe.ciphertext, jwe.tag].join('.');
    },
    async open(sealed, place) {
      const [header = '', iv = '', ciphertext = '', tag = ''] = sealed.split('.');
      const key = keyOf(sealed);
      if (!key) return undefined;
      const aad = Buffer.from(toData(place)).toString('base64url');
      try {
        const jwe = { protected: header, iv, ciphertext, tag, aad };
        const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
        const { plaintext } = await flattenedDecrypt(jwe, key.key, options);
        return new TextDecoder().decode(plaintext);
      } catch {
        return undefined;
      }
    },
    isCurrent: (sealed) => keyIdOf(sealed) === newest.id,
    fingerprint: (text) => createHmac('sha256', newest.key).update(text).digest('base64url'),
  };
}

/** One secret of the operator, two independent values: the key, and a name for it that tells nothing about it. */
function deriveKey(secret: string): DerivedKey {
  const derive = (purpose: string, length: number) =>
    new Uint8Array(hkdfSync('sha256', secret, '', `parley seal 1 ${purpose}`, length));
  return { key: derive('key', 32), id: Buffer.from(derive('id', 6)).toString('base64url') };
}

/** JSON keeps the parts apart, whatever they contain. */
function toData(place: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(place));
}

function keyIdOf(sealed: string): string | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString());
    const { kid }: { kid?: unknown } = Object(header);
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}
