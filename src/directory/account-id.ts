/**
 * What an account id may be: it becomes the subject of tokens, which is at most 255 ASCII characters (OpenID Connect
 * Core section 2). Any other text is the id of nobody, and no directory is asked for it.
 */
export function isAccountId(text: string): boolean {
  return /^[\x21-\x7E]{1,255}$/.test(text);
}
