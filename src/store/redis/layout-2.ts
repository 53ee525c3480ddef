import type { ModelName } from '../contract.ts';
import { fromLinkMember, toLinkMember } from '../record-rules.ts';
import type { Layout } from './keys.ts';
import { uidOfGrantsSet } from './whereabouts.ts';

/** Models of which there are many have a letter of their own; the others are spelled out behind `r`. */
const letters: Record<string, ModelName> = {
  S: 'Session',
  I: 'Interaction',
  G: 'Grant',
  C: 'AuthorizationCode',
  A: 'AccessToken',
  R: 'RefreshToken',
  // Beside where the session is (whereabouts.ts).
  u: 'EndedSession',
};
const letterOf = new Map(Object.entries(letters).map(([letter, model]) => [model, letter]));

/** So have the sets that each consumer has, for what stands before the colon in their names: open, browsers. */
const setLetters: Record<string, string> = { o: 'sessions', b: 'known-browsers' };
const setLetterOf = new Map(Object.entries(setLetters).map(([letter, begin]) => [begin, letter]));

/** And the counter that each address from which strangers come has. */
const strangers = 'anonymous-from:';

/** One letter says what a key is, and its name follows at once: of a million keys, each character is a megabyte. */
export const layout2: Layout = {
  version: 2,
  packs: true,
  endsAtUid: true,
  keys: (start) => ({
    record: (model, id) => `${start}${toMember(model, id)}`,
    // Only sessions are found by their uid.
    uid: (_model, uid) => `${start}u${uid}`,
    userCode: (model, userCode) => `${start}d${escape(model)}:${userCode}`,
    uidOfSet(name) {
      const uid = uidOfGrantsSet(name);
      return uid === undefined ? undefined : `${start}u${uid}`;
    },
    grant: (grantId) => `${start}g${grantId}`,
    set: (name) => `${start}${toSetKey(name)}`,
    counter: (name) =>
      name.startsWith(strangers) ? `${start}f${name.slice(strangers.length)}` : `${start}c${name}`,
    attempts: (name) => `${start}a${name}`,
    lock: (name) => `${start}l${name}`,
    link: (platform, accountId) => `${start}p${toLinkMember(platform, accountId)}`,
    links: () => `${start}q`,
    notBefore: (accountId) => `${start}n${accountId}`,
  }),
  readKey(key) {
    const kind = key[0] ?? '';
    const name = key.slice(1);
    if (kind === 'r' || kind in letters) return { kind: 'record', ...fromMember(key) };
    if (kind === 's') return { kind: 'set', name };
    if (kind in setLetters) return { kind: 'set', name: `${setLetters[kind]}:${name}` };
    if (kind === 'c') return { kind: 'counter', name };
    if (kind === 'f') return { kind: 'counter', name: `${strangers}${name}` };
    if (kind === 'n') return { kind: 'not-before', name };
    if (kind !== 'p') return undefined;
    const { platform, accountId } = fromLinkMember(name);
    return { kind: 'link', platform, name: accountId };
  },
  toMember,
  fromMember,
};

function toMember(model: ModelName, id: string): string {
  const letter = letterOf.get(model);
  return letter === undefined ? `r${escape(model)}:${id}` : `${letter}${id}`;
}

function toSetKey(name: string): string {
  const end = name.indexOf(':');
  const letter = setLetterOf.get(name.slice(0, Math.max(0, end)));
  return letter === undefined ? `s${name}` : `${letter}${name.slice(end + 1)}`;
}

function fromMember(member: string) {
  const model = letters[member[0] ?? ''];
  if (model !== undefined) return { model, id: member.slice(1) };
  const end = member.indexOf(':');
  return { model: decodeURIComponent(member.slice(1, end)), id: member.slice(end + 1) };
}

/** Only the last part of a key may contain a colon; ids come from requests and must not reach another key. */
function escape(part: string): string {
  return encodeURIComponent(part);
}
