import type { ModelName } from '../contract.ts';
import { fromLinkMember, toLinkMember } from '../record-rules.ts';

/**
 * Every key of one brand: `<prefix>:<layout>:<brand>:<kind>:…`. What each holds, how long it lives and who reads it
 * stands in docs/redis-keys.md.
 *
 * No command or script names two keys, so that on a Cluster each goes to the one node that owns its slot.
 * Needs Redis 6.2 (ZADD GT). Run it with `maxmemory-policy noeviction`: an evicted tombstone or replay
 * record is a security hole, not a cache miss.
 */
export interface BrandKeys {
  record(model: ModelName, id: string): string;
  uid(model: ModelName, uid: string): string;
  userCode(model: ModelName, userCode: string): string;
  grant(grantId: string): string;
  set(name: string): string;
  counter(name: string): string;
  attempts(name: string): string;
  lock(name: string): string;
  link(platform: string, accountId: string): string;
  links(): string;
  notBefore(accountId: string): string;
}

/** Changes when an older release could not read what a newer one writes; releases that share it run side by side. */
const layoutVersion = 1;

export const defaultPrefix = 'parley';

/** @param prefix tells the deployments of one Redis apart: `[a-z0-9-]+` */
export function createBrandKeys(prefix: string, brand: string): BrandKeys {
  const start = `${prefix}:${layoutVersion}:${brand}`;
  return {
    record: (model, id) => `${start}:record:${escape(model)}:${id}`,
    uid: (model, uid) => `${start}:uid:${escape(model)}:${uid}`,
    userCode: (model, userCode) => `${start}:user-code:${escape(model)}:${userCode}`,
    grant: (grantId) => `${start}:grant:${grantId}`,
    set: (name) => `${start}:set:${name}`,
    counter: (name) => `${start}:counter:${name}`,
    attempts: (name) => `${start}:attempts:${name}`,
    lock: (name) => `${start}:lock:${name}`,
    link: (platform, accountId) => `${start}:link:${toLinkMember(platform, accountId)}`,
    links: () => `${start}:links`,
    notBefore: (accountId) => `${start}:not-before:${accountId}`,
  };
}

/** What a key is about, where its value is worth carrying over. Indexes follow from records; locks are brief. */
export type KeyName = { brand: string } & (
  | { kind: 'record'; model: ModelName; id: string }
  | { kind: 'link'; platform: string; name: string }
  | { kind: 'set' | 'counter' | 'not-before'; name: string }
);

export function readKey(prefix: string, key: string): KeyName | undefined {
  const [, brand = '', kind, rest = ''] =
    /^([a-z0-9-]+):([a-z-]+):(.*)$/s.exec(key.slice(`${prefix}:${layoutVersion}:`.length)) ?? [];
  switch (kind) {
    case 'record':
      return { brand, kind, ...fromGrantMember(rest) };
    case 'link': {
      const { platform, accountId: name } = fromLinkMember(rest);
      return { brand, kind, platform, name };
    }
    case 'set':
    case 'counter':
    case 'not-before':
      return { brand, kind, name: rest };
    default:
      return undefined;
  }
}

/** For SCAN: every key of every brand. A prefix holds nothing that a pattern would take for a sign. */
export function keysOf(prefix: string): string {
  return `${prefix}:${layoutVersion}:*`;
}

export function pingKey(prefix: string): string {
  return `${prefix}:${layoutVersion}-ping`;
}

/** A record's name in the index of its grant. */
export function toGrantMember(model: ModelName, id: string): string {
  return `${escape(model)}:${id}`;
}

export function fromGrantMember(member: string): { model: ModelName; id: string } {
  const end = member.indexOf(':');
  return { model: decodeURIComponent(member.slice(0, end)), id: member.slice(end + 1) };
}

/** Only the last part of a key may contain a colon; ids come from requests and must not reach another key. */
function escape(part: string): string {
  return encodeURIComponent(part);
}
