import type { Store } from '../contract.ts';
import { indexesOf, isEndMark, readPayload, toLinkMember } from '../record-rules.ts';
import type { StoredItem } from '../stored-item.ts';
import { command } from './command.ts';
import type { Connection } from './connection.ts';
import { createGrantIndex } from './grant-index.ts';
import { type BrandKeys, createBrandKeys, keysOf, type KeyName, type Layout, readKey } from './keys.ts';
import { refreshPointers, setPointer } from './record-pointers.ts';
import { leadTo } from './session-uids.ts';
import { joinSet } from './sets.ts';
import { readRecord, type RecordName, writeRecord } from './stored-record.ts';
import { endUid } from './uid-scripts.ts';
import { asUnavailable } from './unavailable.ts';
import { grantsSetOf, readGrants, readWhereabouts } from './whereabouts.ts';

const batchSize = 500;

/** Everything that lives, node by node, and the way back in. Slots should rest meanwhile. */
export function transfer(
  connection: Connection,
  prefix: string,
  layout: Layout,
): Pick<Store, 'exportItems' | 'importItems' | 'isEmpty'> {
  async function* scan(): AsyncIterable<string[]> {
    for (const master of await connection.masters()) {
      let cursor = '0';
      do {
        const answer = master.scan(cursor, 'MATCH', keysOf(prefix, layout), 'COUNT', batchSize);
        const [next, keys] = await answer.catch((error: unknown) => {
          throw asUnavailable(error);
        });
        cursor = next;
        yield keys;
      } while (cursor !== '0');
    }
  }

  return {
    async *exportItems() {
      for await (const keys of scan()) {
        const found = await Promise.all(
          keys.map((key) => readItems(connection, { key, name: readKey(prefix, key, layout), layout })),
        );
        yield* found.flat();
      }
    },
    async importItems(items) {
      await Promise.all(
        items.map((item) => writeItem(connection, createBrandKeys(prefix, item.brand, layout), item)),
      );
    },
    async isEmpty() {
      for await (const keys of scan()) if (keys.length > 0) return false;
      return true;
    },
  };
}

async function readItems(
  { run }: Connection,
  { key, name, layout }: { key: string; name: KeyName | undefined; layout: Layout },
): Promise<StoredItem[]> {
  if (!name) return [];
  const { brand } = name;
  if (name.kind === 'set') {
    const pairs = await run(command(key, (redis) => redis.zrange(key, 0, '-1', 'WITHSCORES')));
    return pairs.flatMap((member, index) =>
      index % 2 === 0
        ? [{ kind: 'member', brand, set: name.name, member, ...expiryOf(pairs[index + 1]) } as const]
        : [],
    );
  }
  const [bytes, lifetime] = await Promise.all([
    run(command(key, (redis) => redis.getBuffer(key))),
    run(command(key, (redis) => redis.pttl(key))),
  ]);
  if (bytes === null) return [];
  const text = bytes.toString();
  const common = { brand, ...(lifetime >= 0 && { expiresAt: Date.now() + lifetime }) };
  switch (name.kind) {
    case 'record': {
      const { model, id } = name;
      if (isEndMark(model) && layout.endsAtUid) return readUid(text, { model, id }, common);
      const payload = readRecord(name, bytes);
      if (!payload) return [{ kind: 'tombstone', ...common, model, id }];
      const { consumed, ...rest } = payload;
      return [
        {
          kind: 'record',
          ...common,
          model,
          id,
          payload: rest,
          ...(consumed !== undefined && { consumed: Number(consumed) }),
        },
      ];
    }
    case 'counter':
      return [{ kind: 'counter', ...common, name: name.name, count: Number(text) }];
    case 'link':
      return [
        { kind: 'link', ...common, platform: name.platform, account: name.name, link: readPayload(text) },
      ];
    default:
      return [{ kind: 'not-before', ...common, account: name.name, seconds: Number(text) }];
  }
}

/** That a session has ended, and its grants; the way to it follows from its record. */
function readUid(
  text: string,
  { model, id }: RecordName,
  common: { brand: string; expiresAt?: number },
): StoredItem[] {
  const grants = readGrants(text.split(' ').slice(1));
  return [
    ...(readWhereabouts(text).hasEnded
      ? [{ kind: 'record', ...common, model, id, payload: {} } as const]
      : []),
    ...grants.map(
      ({ id: member, ...expiry }) =>
        ({ kind: 'member', brand: common.brand, set: grantsSetOf(id), member, ...expiry }) as const,
    ),
  ];
}

function expiryOf(score: string | undefined): { expiresAt?: number } {
  const expiresAt = Number(score);
  return Number.isFinite(expiresAt) ? { expiresAt } : {};
}

async function writeItem(connection: Connection, keys: BrandKeys, item: StoredItem): Promise<void> {
  const { expiresAt } = item;
  const lifetime = expiresAt === undefined ? '' : Math.max(1, expiresAt - Date.now());
  const set = (key: string, text: string | Buffer) =>
    connection.run(
      command(key, (redis) =>
        lifetime === '' ? redis.set(key, text) : redis.set(key, text, 'PX', lifetime),
      ),
    );
  switch (item.kind) {
    case 'record': {
      const { model, id, payload, consumed = '' } = item;
      if (isEndMark(model) && keys.layout.endsAtUid) {
        await connection.run(endUid(keys.uid('Session', id), lifetime));
        break;
      }
      const place = { connection, keys };
      const record = { model, id, indexes: indexesOf(model, payload) };
      await createGrantIndex(place).join(record, lifetime);
      const text = Buffer.from(writeRecord(record, payload, keys.layout.packs));
      await set(keys.record(model, id), Buffer.concat([Buffer.from(String(consumed)), text]));
      const missing = await refreshPointers(place, record, lifetime);
      await Promise.all([
        ...missing.map((key) => setPointer(place, key, id, lifetime)),
        leadTo(place, record, lifetime),
      ]);
      break;
    }
    case 'tombstone':
      await set(keys.record(item.model, item.id), '-');
      break;
    case 'member':
      await connection.run(joinSet(keys, { ...item, mode: '', lifetime }));
      break;
    case 'counter':
      await set(keys.counter(item.name), String(item.count));
      break;
    case 'link': {
      const list = keys.links();
      const member = toLinkMember(item.platform, item.account);
      await connection.run(command(list, (redis) => redis.zadd(list, 0, member)));
      await set(keys.link(item.platform, item.account), JSON.stringify(item.link));
      break;
    }
    default:
      await set(keys.notBefore(item.account), String(item.seconds));
  }
}
