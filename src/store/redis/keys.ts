import type { ModelName } from '../contract.ts';
import { layout1 } from './layout-1.ts';
import { layout2 } from './layout-2.ts';

/**
 * Every key of one brand: `<prefix>:<layout>:<brand>:…`. What each holds, how long it lives and who reads it stands in
 * docs/redis-keys.md.
 *
 * No command or script names two keys, so that on a Cluster each goes to the one node that owns its slot.
 * Needs Redis 6.2 (ZADD GT). Run it with `maxmemory-policy noeviction`: an evicted tombstone or replay
 * record is a security hole, not a cache miss.
 */
export interface BrandKeys {
  record(model: ModelName, id: string): string;
  uid(model: ModelName, uid: string): string;
  userCode(model: ModelName, userCode: string): string;
  /** The key of the uid where this set rests (whereabouts.ts); undefined for one that has a key of its own. */
  uidOfSet(name: string): string | undefined;
  grant(grantId: string): string;
  set(name: string): string;
  counter(name: string): string;
  attempts(name: string): string;
  lock(name: string): string;
  link(platform: string, accountId: string): string;
  links(): string;
  notBefore(accountId: string): string;
  layout: Layout;
}

/** What a key is about, where its value is worth carrying over. Indexes follow from records; locks are brief. */
export type KeyName = { brand: string } & (
  | { kind: 'record'; model: ModelName; id: string }
  | { kind: 'link'; platform: string; name: string }
  | { kind: 'set' | 'counter' | 'not-before'; name: string }
);

/** How keys and records are spelled. Releases that know one layout run side by side on it. */
export interface Layout {
  version: number;
  /** Records are packed (packed-json.ts), not JSON. */
  packs: boolean;
  /** That a session has ended stands where its uid leads to it (whereabouts.ts), not in a record of its own. */
  endsAtUid: boolean;
  keys(start: string): Omit<BrandKeys, 'layout'>;
  /** @param rest what stands behind the brand */
  readKey(rest: string): WithoutBrand<KeyName> | undefined;
  /** A record's name in the index of its grant. */
  toMember(model: ModelName, id: string): string;
  fromMember(member: string): { model: ModelName; id: string };
}

type WithoutBrand<T> = T extends unknown ? Omit<T, 'brand'> : never;

export const layouts = { 1: layout1, 2: layout2 } as const;

export type LayoutVersion = keyof typeof layouts;

export const defaultPrefix = 'parley';

/** @param prefix tells the deployments of one Redis apart: `[a-z0-9-]+` */
export function createBrandKeys(prefix: string, brand: string, layout: Layout): BrandKeys {
  return { ...layout.keys(`${prefix}:${layout.version}:${brand}:`), layout };
}

export function readKey(prefix: string, key: string, layout: Layout): KeyName | undefined {
  const [, brand = '', rest = ''] =
    /^([a-z0-9-]+):(.*)$/s.exec(key.slice(`${prefix}:${layout.version}:`.length)) ?? [];
  const name = layout.readKey(rest);
  return name && { brand, ...name };
}

/** For SCAN: every key of every brand. A prefix holds nothing that a pattern would take for a sign. */
export function keysOf(prefix: string, { version }: Layout): string {
  return `${prefix}:${version}:*`;
}

export function pingKey(prefix: string, { version }: Layout): string {
  return `${prefix}:${version}-ping`;
}
