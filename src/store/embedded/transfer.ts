import type { SQLOutputValue } from 'node:sqlite';
import type { Store } from '../contract.ts';
import { indexesOf, readPayload } from '../record-rules.ts';
import type { StoredItem } from '../stored-item.ts';
import { answer } from './answer.ts';
import type { EmbeddedContext } from './part.ts';
import { never } from './schema.ts';

type Row = Record<string, SQLOutputValue>;

/** Everything that lives, table by table, and the way back in. */
export function transfer({
  database,
  now,
  group,
}: EmbeddedContext): Pick<Store, 'exportItems' | 'importItems' | 'isEmpty'> {
  const replace = (table: string, columns: string) =>
    database.prepare(
      `INSERT OR REPLACE INTO ${table} (${columns}) VALUES (${columns.replaceAll(/\w+/g, '?')})`,
    );
  const records = replace(
    'records',
    'brand, model, id, payload, uid, user_code, grant_id, consumed_seconds, expires_at',
  );
  const members = replace('members', 'brand, name, member, expires_at');
  const counters = replace('counters', 'brand, name, count, expires_at');
  const links = replace('links', 'brand, platform, account_id, link');
  const notBefore = replace('not_before', 'brand, account_id, epoch_seconds, expires_at');

  function write(item: StoredItem): void {
    const { brand, expiresAt = never } = item;
    switch (item.kind) {
      case 'record': {
        const { uid = null, userCode = null, grantId = null } = indexesOf(item.model, item.payload);
        const payload = JSON.stringify(item.payload);
        const consumed = item.consumed ?? null;
        records.run(brand, item.model, item.id, payload, uid, userCode, grantId, consumed, expiresAt);
        break;
      }
      case 'tombstone':
        records.run(brand, item.model, item.id, null, null, null, null, null, expiresAt);
        break;
      case 'member':
        members.run(brand, item.set, item.member, expiresAt);
        break;
      case 'counter':
        counters.run(brand, item.name, item.count, expiresAt);
        break;
      case 'link':
        links.run(brand, item.platform, item.account, JSON.stringify(item.link));
        break;
      default:
        notBefore.run(brand, item.account, item.seconds, expiresAt);
    }
  }

  return {
    async *exportItems() {
      group.finish();
      for (const [table, read] of Object.entries(readers)) {
        const where = table === 'links' ? '' : 'WHERE expires_at > ?';
        const parameters = table === 'links' ? [] : [now()];
        for (const row of database.prepare(`SELECT * FROM ${table} ${where}`).iterate(...parameters))
          yield read(row);
      }
    },
    importItems: (items) => group.write(() => items.forEach(write)),
    isEmpty: () =>
      answer(() =>
        Object.keys(readers).every(
          (table) => database.prepare(`SELECT 1 FROM ${table} LIMIT 1`).get() === undefined,
        ),
      ),
  };
}

const readers: Record<string, (row: Row) => StoredItem> = {
  records(row) {
    const name = { model: String(row['model']), id: String(row['id']) };
    if (row['payload'] === null) return { kind: 'tombstone', ...common(row), ...name };
    const consumed = row['consumed_seconds'];
    return {
      kind: 'record',
      ...common(row),
      ...name,
      payload: readPayload(String(row['payload'])),
      ...(consumed !== null && { consumed: Number(consumed) }),
    };
  },
  members: (row) => ({
    kind: 'member',
    ...common(row),
    set: String(row['name']),
    member: String(row['member']),
  }),
  counters: (row) => ({
    kind: 'counter',
    ...common(row),
    name: String(row['name']),
    count: Number(row['count']),
  }),
  links: (row) => ({
    kind: 'link',
    brand: String(row['brand']),
    platform: String(row['platform']),
    account: String(row['account_id']),
    link: readPayload(String(row['link'])),
  }),
  not_before: (row) => ({
    kind: 'not-before',
    ...common(row),
    account: String(row['account_id']),
    seconds: Number(row['epoch_seconds']),
  }),
};

function common(row: Row): Pick<StoredItem, 'brand' | 'expiresAt'> {
  const expiresAt = Number(row['expires_at']);
  return { brand: String(row['brand']), ...(expiresAt !== never && { expiresAt }) };
}
