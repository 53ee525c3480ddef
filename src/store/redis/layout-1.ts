import { fromLinkMember, toLinkMember } from '../record-rules.ts';
import type { Layout } from './keys.ts';

/** The first layout: keys in whole words, records as JSON. Written where an older release runs beside this one. */
export const layout1: Layout = {
  version: 1,
  packs: false,
  endsAtUid: false,
  keys: (start) => ({
    record: (model, id) => `${start}record:${escape(model)}:${id}`,
    uid: (model, uid) => `${start}uid:${escape(model)}:${uid}`,
    userCode: (model, userCode) => `${start}user-code:${escape(model)}:${userCode}`,
    uidOfSet: () => undefined,
    grant: (grantId) => `${start}grant:${grantId}`,
    set: (name) => `${start}set:${name}`,
    counter: (name) => `${start}counter:${name}`,
    attempts: (name) => `${start}attempts:${name}`,
    lock: (name) => `${start}lock:${name}`,
    link: (platform, accountId) => `${start}link:${toLinkMember(platform, accountId)}`,
    links: () => `${start}links`,
    notBefore: (accountId) => `${start}not-before:${accountId}`,
  }),
  readKey(key) {
    const [, kind, rest = ''] = /^([a-z-]+):(.*)$/s.exec(key) ?? [];
    switch (kind) {
      case 'record':
        return { kind, ...fromMember(rest) };
      case 'link': {
        const { platform, accountId: name } = fromLinkMember(rest);
        return { kind, platform, name };
      }
      case 'set':
      case 'counter':
      case 'not-before':
        return { kind, name: rest };
      default:
        return undefined;
    }
  },
  toMember: (model, id) => `${escape(model)}:${id}`,
  fromMember,
};

function fromMember(member: string) {
  const end = member.indexOf(':');
  return { model: decodeURIComponent(member.slice(0, end)), id: member.slice(end + 1) };
}

/** Only the last part of a key may contain a colon; ids come from requests and must not reach another key. */
function escape(part: string): string {
  return encodeURIComponent(part);
}
