import type { ModelName } from '../contract.ts';

/**
 * Every key of one brand. `1` is the version of this layout.
 *
 * | key                                        | type   | holds                                        | lives |
 * |--------------------------------------------|--------|----------------------------------------------|-------|
 * | parley:1:<brand>:record:<model>:<id>       | hash   | payload, indexes, consumed (epoch seconds); or only `tombstone` | expiresIn, or for ever; a tombstone 10 minutes |
 * | parley:1:<brand>:uid:<model>:<uid>         | string | id of the record                             | as long as the record |
 * | parley:1:<brand>:user-code:<model>:<code>  | string | id of the record                             | as long as the record |
 * | parley:1:<brand>:grant:<grantId>           | zset   | <model>:<id> by expiry (epoch ms)            | as long as its longest member |
 * | parley:1:<brand>:set:<name>                | zset   | member by expiry (epoch ms)                  | as long as its longest member |
 * | parley:1:<brand>:counter:<name>            | string | count                                        | the window |
 * | parley:1:<brand>:lock:<name>               | string | the holder's random name                     | expiresIn |
 * | parley:1:<brand>:link:<platform>:<account> | string | link as JSON                                 | for ever |
 * | parley:1:<brand>:not-before:<account>      | string | epoch seconds                                | longest expiresIn |
 * | parley:1-ping                              | string | nothing of meaning                           | 1 second |
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
  lock(name: string): string;
  link(platform: string, accountId: string): string;
  notBefore(accountId: string): string;
}

export const pingKey = 'parley:1-ping';

export function createBrandKeys(brand: string): BrandKeys {
  const prefix = `parley:1:${brand}`;
  return {
    record: (model, id) => `${prefix}:record:${escape(model)}:${id}`,
    uid: (model, uid) => `${prefix}:uid:${escape(model)}:${uid}`,
    userCode: (model, userCode) => `${prefix}:user-code:${escape(model)}:${userCode}`,
    grant: (grantId) => `${prefix}:grant:${grantId}`,
    set: (name) => `${prefix}:set:${name}`,
    counter: (name) => `${prefix}:counter:${name}`,
    lock: (name) => `${prefix}:lock:${name}`,
    link: (platform, accountId) => `${prefix}:link:${escape(platform)}:${accountId}`,
    notBefore: (accountId) => `${prefix}:not-before:${accountId}`,
  };
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
