import { LRUCache } from 'lru-cache';
import type { ModelName, Payload, SaveOutcome } from '../contract.ts';
import {
  endMarkOf,
  indexesOf,
  isMostlyNew,
  isWrittenOnce,
  outlivesItsNode,
  toMilliseconds,
} from '../record-rules.ts';
import { type Command, command, inTurn } from './command.ts';
import type { Connection } from './connection.ts';
import { endRecord } from './end-record.ts';
import type { RedisPart } from './part.ts';
import {
  type IndexedRecord,
  joinGrant,
  type Place,
  refreshPointers,
  removeIndexes,
  setPointer,
  withoutIndexes,
} from './record-pointers.ts';
import { revokeGrant } from './revoke-grant.ts';
import { consumeRecord, type Lifetime, upsertRecord } from './scripts.ts';
import { readRecord, type RecordName, writeRecord } from './stored-record.ts';

/** Records of oidc-provider and our own kinds. Finding, consuming and all but a first save are one round trip. */
export const records: RedisPart<
  'upsert' | 'find' | 'findByUid' | 'findByUserCode' | 'consume' | 'destroy' | 'revokeGrant'
> = (connection, keys) => {
  const place = { connection, keys };
  const guesses = new LRUCache<string, string>({ maxSize: 10_000, sizeCalculation: () => 1 });
  return {
    async upsert(model, id, payload, expiresIn) {
      const lifetime = expiresIn === undefined ? '' : toMilliseconds(expiresIn);
      return upsert(place, { model, id, payload, lifetime });
    },
    find: (model, id) => find(place, { model, id }),
    findByUid: (model, uid) =>
      findByPointer(place, guesses, { model, key: keys.uid(model, uid), holds: { uid } }),
    findByUserCode: (model, userCode) =>
      findByPointer(place, guesses, { model, key: keys.userCode(model, userCode), holds: { userCode } }),
    consume: (model, id) => connection.commit(consumeRecord(keys.record(model, id))),
    destroy: (model, id) => endRecord(place, model, id),
    revokeGrant: (grantId) => revokeGrant(place, grantId),
  };
};

interface Save extends RecordName {
  payload: Payload;
  lifetime: Lifetime;
}

async function upsert(place: Place, { model, id, payload, lifetime }: Save): Promise<SaveOutcome> {
  const { keys } = place;
  const indexes = indexesOf(model, payload);
  const record = { model, id, indexes };
  // The grant's index is sent first: on one connection no record exists that revoking its grant would not find.
  // Where the two travel apart, a record that is late for that is ended by the grant's own tombstone.
  const joined = joinGrant(place, record, lifetime);
  const written = saveAndLook(place, record, (write) =>
    save({ model, key: keys.record(model, id), lifetime, write }, () =>
      writeRecord(record, payload, keys.layout.packs),
    ),
  );
  const [, { outcome, before: bytes, hasEnded }, missing] = await Promise.all([
    joined,
    written,
    refreshPointers(place, record, lifetime),
  ]);
  if (hasEnded) {
    await endRecord(place, model, id);
    return 'dropped';
  }
  const before = readRecord(record, bytes);
  const stood = before ? indexesOf(model, before) : {};
  if (outcome === 'saved') {
    await Promise.all([
      ...missing.map((key) => setPointer(place, key, id, lifetime)),
      removeIndexes(place, { model, id, indexes: withoutIndexes(stood, indexes) }),
    ]);
  } else {
    await removeIndexes(place, { model, id, indexes: withoutIndexes(indexes, stood) });
  }
  return outcome;
}

interface Write {
  model: ModelName;
  key: string;
  lifetime: Lifetime;
  write: Connection['run'];
}

/**
 * Most records are new and have an id that nobody else has: then one plain command is enough, which costs Redis less than
 * half of a script. Where something stands already, the script decides.
 */
async function save(
  { model, key, lifetime, write }: Write,
  compose: () => string | Buffer,
): Promise<{ outcome: SaveOutcome; before: Buffer | null }> {
  const text = compose();
  const isOnce = isWrittenOnce(model);
  if (isMostlyNew(model)) {
    const set = await write(
      command(key, (redis) =>
        lifetime === '' ? redis.set(key, text, 'NX') : redis.set(key, text, 'PX', lifetime, 'NX'),
      ),
    );
    if (set !== null) return { outcome: 'saved', before: null };
    if (isOnce) return { outcome: 'exists', before: null };
  }
  const [outcome, before] = await write(upsertRecord(key, text, lifetime, isOnce ? 'once' : ''));
  return { outcome: outcome.toString() as SaveOutcome, before };
}

/**
 * The mark of an ended session is looked for behind each write: who ended it meanwhile has set the mark first, and would
 * find no record.
 */
async function saveAndLook<T extends object>(
  { connection, keys }: Place,
  { model, indexes }: IndexedRecord,
  saveBy: (write: Connection['run']) => Promise<T>,
): Promise<T & { hasEnded: boolean }> {
  const mark = endMarkOf(model, indexes);
  const write = outlivesItsNode(model, 'save') ? connection.commit : connection.run;
  if (!mark) return { ...(await saveBy(write)), hasEnded: false };
  const look = getRecord(keys, mark);
  let found: Buffer | null = null;
  const saved = await saveBy(async (written) => {
    if (!connection.isOneLine) return write(written);
    const [answer, text] = await connection.run(inTurn(written, look));
    found = text;
    return answer;
  });
  if (!connection.isOneLine) found = await connection.run(look);
  return { ...saved, hasEnded: readRecord(mark, found) !== undefined };
}

function getRecord(keys: Place['keys'], { model, id }: RecordName): Command<Buffer | null> {
  const key = keys.record(model, id);
  return command(key, (redis) => redis.getBuffer(key));
}

async function find({ connection, keys }: Place, name: RecordName): Promise<Payload | undefined> {
  return readRecord(name, await connection.run(getRecord(keys, name)));
}

interface Pointer {
  model: ModelName;
  key: string;
  /** What the record must hold: a pointer may be older than what it leads to. */
  holds: Payload;
}

/**
 * Where a pointer led last is asked for in the same round trip, and counts if it still leads there.
 */
async function findByPointer(
  place: Place,
  guesses: LRUCache<string, string>,
  { model, key, holds }: Pointer,
): Promise<Payload | undefined> {
  const guess = guesses.get(key);
  const [id, guessed] = await Promise.all([
    place.connection.run(command(key, (redis) => redis.get(key))),
    guess === undefined ? undefined : find(place, { model, id: guess }),
  ]);
  if (id === null) return undefined;
  guesses.set(key, id);
  const payload = id === guess ? guessed : await find(place, { model, id });
  const matches = Object.entries(holds).every(([name, value]) => payload?.[name] === value);
  return matches ? payload : undefined;
}
