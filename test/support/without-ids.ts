/**
 * The text without what was made by chance: an id, a pseudonym, a hash. None is a word about anybody, and one of some
 * hundreds holds the letters of a short word. 22 letters of base64url are 128 bits, 43 are 256.
 */
export function withoutIds(text: string): string {
  return text.replaceAll(/(?<![\w-])(?:[\w-]{22}|[\w-]{43})(?![\w-])/g, '(id)');
}
