import type { ModelName, Payload, SaveOutcome } from '../contract.ts';
import {
  indexesOf,
  isEndMark,
  isMostlyNew,
  isWrittenOnce,
  outlivesItsNode,
  type RecordIndexes,
  toMilliseconds,
} from '../record-rules.ts';
import { command, inTurn } from './command.ts';
import type { Connection } from './connection.ts';
import { endRecord } from './end-record.ts';
import { createPointers, findRecord } from './find-record.ts';
import { createGrantIndex, type GrantIndex } from './grant-index.ts';
import type { RedisPart } from './part.ts';
import {
  type IndexedRecord,
  type Place,
  refreshPointers,
  removeIndexes,
  setPointer,
  withoutIndexes,
} from './record-pointers.ts';
import { revokeGrant } from './revoke-grant.ts';
import { consumeRecord, type Lifetime, upsertRecord } from './scripts.ts';
import { leadTo, lookBehind, type Standing } from './session-uids.ts';
import { readRecord, type RecordName, writeRecord } from './stored-record.ts';
import { endUid } from './uid-scripts.ts';
import { readWhereabouts } from './whereabouts.ts';

/** Records of oidc-provider and our own kinds. Finding, consuming and all but a first save are one round trip. */
export const records: RedisPart<
  'upsert' | 'find' | 'findByUid' | 'findByUserCode' | 'consume' | 'destroy' | 'revokeGrant'
> = (connection, keys) => {
  const place = { connection, keys };
  const pointers = createPointers(place);
  const grants = createGrantIndex(place);
  const isEndAtUid = (model: ModelName) => isEndMark(model) && keys.layout.endsAtUid;

  async function endAtUid(uid: string, lifetime: Lifetime): Promise<SaveOutcome> {
    await connection.commit(endUid(keys.uid('Session', uid), lifetime));
    return 'saved';
  }
  async function findEndAtUid(uid: string): Promise<Payload | undefined> {
    return readWhereabouts(await pointers.read(keys.uid('Session', uid))).hasEnded ? {} : undefined;
  }

  return {
    async upsert(model, id, payload, expiresIn) {
      const lifetime = expiresIn === undefined ? '' : toMilliseconds(expiresIn);
      if (isEndAtUid(model)) return await endAtUid(id, lifetime);
      const indexes = indexesOf(model, payload);
      const record: Save = { model, id, payload, lifetime, indexes };
      if (isFoundById(indexes)) return await saveFoundById(place, grants, record);
      // Its code will ask for it by its uid.
      if (indexes.uid !== undefined) pointers.note(keys.uid(model, indexes.uid), id);
      return await saveWithPointers(place, grants, record);
    },
    find: (model, id) => (isEndAtUid(model) ? findEndAtUid(id) : findRecord(place, { model, id })),
    findByUid: (model, uid) => pointers.find({ model, key: keys.uid(model, uid), holds: { uid } }),
    findByUserCode: (model, userCode) =>
      pointers.find({ model, key: keys.userCode(model, userCode), holds: { userCode } }),
    consume: (model, id) => connection.commit(consumeRecord(keys.record(model, id))),
    destroy: (model, id) => endRecord(place, model, id),
    revokeGrant: (grantId) => revokeGrant(place, grantId),
  };
};

interface Save extends IndexedRecord {
  payload: Payload;
  lifetime: Lifetime;
}

/** And by nothing else, which nearly all are: no pointers stand beside it. */
function isFoundById({ uid, userCode }: RecordIndexes): boolean {
  return uid === undefined && userCode === undefined;
}

/** Written by the hundred for each that stood before: a new one is two promises, and no look at what else there is. */
async function saveFoundById(place: Place, grants: GrantIndex, record: Save): Promise<SaveOutcome> {
  const joined = grants.join(record, record.lifetime);
  const [saved] = await Promise.all([save(place, record, writerFor(place, record)), joined]);
  if (saved === 'new') return 'saved';
  return await followSave(place, record, { ...saved, standing: undefined, missing: [] });
}

async function saveWithPointers(place: Place, grants: GrantIndex, record: Save): Promise<SaveOutcome> {
  const [, { saved, standing }, missing] = await Promise.all([
    grants.join(record, record.lifetime),
    saveAndLook(place, record),
    refreshPointers(place, record, record.lifetime),
  ]);
  const { outcome, before } = saved === 'new' ? ({ outcome: 'saved', before: null } as const) : saved;
  return await followSave(place, record, { outcome, before, standing, missing });
}

interface Saved {
  outcome: SaveOutcome;
  /** The text that stood there. */
  before: Buffer | null;
}

/** What stands beside a record is made to fit it. @param missing the keys of pointers that do not lead here */
async function followSave(
  place: Place,
  { model, id, indexes, lifetime }: Save,
  { outcome, before: bytes, standing, missing }: Saved & { standing: Standing; missing: string[] },
): Promise<SaveOutcome> {
  const before = readRecord({ model, id }, bytes);
  const stood = before ? indexesOf(model, before) : {};
  if (outcome !== 'saved') {
    await removeIndexes(place, { model, id, indexes: withoutIndexes(indexes, stood) });
    return outcome;
  }
  const [now] = await Promise.all([
    standing === 'elsewhere' ? leadTo(place, { model, id, indexes }, lifetime) : standing,
    ...missing.map((key) => setPointer(place, key, id, lifetime)),
    removeIndexes(place, { model, id, indexes: withoutIndexes(stood, indexes) }),
  ]);
  if (now !== 'ended') return 'saved';
  await endRecord(place, model, id);
  return 'dropped';
}

function writerFor({ connection }: Place, { model }: RecordName): Connection['run'] {
  return outlivesItsNode(model, 'save') ? connection.commit : connection.run;
}

/**
 * Most records are new and have an id that nobody else has: then one plain command is enough, which costs Redis less than
 * half of a script. Where something stands already, the script decides.
 */
async function save({ keys }: Place, record: Save, write: Connection['run']): Promise<'new' | Saved> {
  const { model, id, payload, lifetime } = record;
  const key = keys.record(model, id);
  const text = writeRecord(record, payload, keys.layout.packs);
  const isOnce = isWrittenOnce(model);
  if (isMostlyNew(model)) {
    const set = await write(
      command(key, (redis) =>
        lifetime === '' ? redis.set(key, text, 'NX') : redis.set(key, text, 'PX', lifetime, 'NX'),
      ),
    );
    if (set !== null) return 'new';
    if (isOnce) return { outcome: 'exists', before: null };
  }
  const [outcome, before] = await write(upsertRecord(key, text, lifetime, isOnce ? 'once' : ''));
  return { outcome: outcome.toString() as SaveOutcome, before };
}

/**
 * The end of a session is looked for behind each write: who ended it meanwhile has said so first, and would find no
 * record.
 */
async function saveAndLook(
  place: Place,
  record: Save,
): Promise<{ saved: 'new' | Saved; standing: Standing }> {
  const { connection } = place;
  const write = writerFor(place, record);
  const look = lookBehind(place, record, record.lifetime);
  if (!look) return { saved: await save(place, record, write), standing: undefined };
  let standing: Standing;
  const saved = await save(place, record, async (written) => {
    if (!connection.isOneLine) return write(written);
    const [answer, found] = await connection.run(inTurn(written, look));
    standing = found;
    return answer;
  });
  if (!connection.isOneLine) standing = await connection.run(look);
  return { saved, standing };
}
