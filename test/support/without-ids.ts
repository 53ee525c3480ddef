/**
 * The text without what was made by chance: an id, a pseudonym, a hash, a public key. None is a word about anybody, and
 * one of some hundreds holds the letters of a short word. In base64url, 128 bits are 22 letters, 160 (a code) 27, 256 (a
 * hash) 43, and the modulus of an RSA key 342.
 */
export function withoutIds(text: string): string {
  return text.replaceAll(/(?<![\w-])(?:[\w-]{22}|[\w-]{27}|[\w-]{43}|[\w-]{342})(?![\w-])/g, '(id)');
}
