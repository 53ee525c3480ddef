/**
 * What stands under a session's uid (layout 2), with one space before each but the first:
 *
 * | text | means |
 * |---|---|
 * | `<id>`, `!<id>` or nothing | the id under which the session's record is now; behind an exclamation mark once it has ended |
 * | `<8 hexadecimal digits><id>` | a grant that ends with the session, and the second of the epoch until which it may live |
 *
 * Where the session is and whether it has ended is asked for with each token and each save, so one key has both; and whoever
 * ends a session once more, because the first end was cut short, still finds it. Its grants stand there because a key of
 * their own would take twice their bytes: who asks for the session reads the beginning alone.
 */
export interface Whereabouts {
  id: string | undefined;
  hasEnded: boolean;
}

/** Characters, of which the id that stands first has fewer. */
export const beginning = 256;

/** @param text all of it, or its beginning */
export function readWhereabouts(text: string | null): Whereabouts {
  const [first = ''] = text?.split(' ', 1) ?? [];
  const hasEnded = first.startsWith('!');
  return { id: (hasEnded ? first.slice(1) : first) || undefined, hasEnded };
}

export interface SessionGrant {
  id: string;
  /** Epoch milliseconds; absent: never. */
  expiresAt?: number;
}

/** What is listed under a uid, oldest expiry first. @param grants each without its space */
export function readGrants(grants: readonly string[]): SessionGrant[] {
  return grants.toSorted().map((text) => {
    const expiry = text.slice(0, 8);
    const id = decodeURIComponent(text.slice(8));
    return expiry === never ? { id } : { id, expiresAt: Number.parseInt(expiry, 16) * 1000 };
  });
}

/** As it stands in the text, with its space. @param expiresAt epoch milliseconds; absent: never */
export function writeGrant({ id, expiresAt }: SessionGrant): string {
  return ` ${expiresAt === undefined ? never : writeSecond(Math.ceil(expiresAt / 1000))}${toGrantName(id)}`;
}

/** In 8 hexadecimal digits. @param second of the epoch */
function writeSecond(second: number): string {
  return second.toString(16).padStart(8, '0');
}

const never = 'ffffffff';

/** A name without a space. */
export function toGrantName(id: string): string {
  return encodeURIComponent(id);
}

const begin = 'grants:';

/** The set of the store contract that rests here. */
export function grantsSetOf(uid: string): string {
  return `${begin}${uid}`;
}

/** Undefined: another set. */
export function uidOfGrantsSet(set: string): string | undefined {
  return set.startsWith(begin) ? set.slice(begin.length) : undefined;
}
