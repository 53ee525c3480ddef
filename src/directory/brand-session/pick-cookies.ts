import { createHash } from 'node:crypto';

/** What of a browser's cookies goes to the brand. */
export type PickedCookies =
  | { kind: 'picked'; header: string; hash: string }
  | { kind: 'none' }
  /** Two cookies of one name: a sibling subdomain can plant one, and nobody can say which of them that is. */
  | { kind: 'ambiguous'; name: string };

/**
 * The named cookies and no others, as they were sent and in the order of `names`. An empty cookie is none, and so is one
 * that no header can carry.
 *
 * @param cookieHeader RFC 6265 section 4.2
 */
export function pickCookies(cookieHeader: string | undefined, names: readonly string[]): PickedCookies {
  const sent = (cookieHeader ?? '').split(';').map(splitPair);
  const picked: string[] = [];
  for (const name of names) {
    const values = sent.filter((pair) => pair.name === name).map(({ value }) => value);
    const [value] = values;
    if (values.length > 1) return { kind: 'ambiguous', name };
    if (value && sendable.test(value)) picked.push(`${name}=${value}`);
  }
  if (picked.length === 0) return { kind: 'none' };
  const header = picked.join('; ');
  return { kind: 'picked', header, hash: createHash('sha256').update(header).digest('base64url') };
}

/** What may stand in a header; a client of ours that refused to send it would look like a brand that is down. */
const sendable = /^[\x20-\x7E\x80-\xFF]+$/;

function splitPair(pair: string): { name: string; value: string } {
  const at = pair.indexOf('=');
  return at < 0
    ? { name: '', value: pair }
    : { name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() };
}
