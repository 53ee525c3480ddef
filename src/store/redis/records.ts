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
import { type Command, command, inTurn } from './command.ts';
import type { Connection } from './connection.ts';
import { endRecord } from './end-record.ts';
import { createPointers, findRecord } from './find-record.ts';
import { createGrantIndex, type GrantIndex } from './grant-index.ts';
import type { RedisPart } from './part.ts';
import { type Place, refreshPointers, removeIndexes, setPointer, withoutIndexes } from './record-pointers.ts';
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
      if (isEndAtUid(model)) return endAtUid(id, lifetime);
      const { uid } = indexesOf(model, payload);
      // Its code will ask for it by its uid.
      if (uid !== undefined) pointers.note(keys.uid(model, uid), id);
      return upsert(place, grants, { model, id, payload, lifetime });
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

interface Save extends RecordName {
  payload: Payload;
  lifetime: Lifetime;
}

async function upsert(
  place: Place,
  grants: GrantIndex,
  { model, id, payload, lifetime }: Save,
): Promise<SaveOutcome> {
  const { keys } = place;
  const indexes = indexesOf(model, payload);
  const record = { model, id, indexes };
  const hasPointers = !isFoundById(indexes);
  const joined = grants.join(record, lifetime);
  const written = saveAndLook(place, { model, look: lookBehind(place, record, lifetime) }, (write) =>
    save({ model, key: keys.record(model, id), lifetime, write }, () =>
      writeRecord(record, payload, keys.layout.packs),
    ),
  );
  const [, { outcome, before: bytes, standing }, missing] = await Promise.all([
    joined,
    written,
    hasPointers ? refreshPointers(place, record, lifetime) : [],
  ]);
  if (outcome === 'saved' && bytes === null && !hasPointers) return 'saved';
  const before = readRecord(record, bytes);
  const stood = before ? indexesOf(model, before) : {};
  if (outcome !== 'saved') {
    await removeIndexes(place, { model, id, indexes: withoutIndexes(indexes, stood) });
    return outcome;
  }
  const [now] = await Promise.all([
    standing === 'elsewhere' ? leadTo(place, record, lifetime) : standing,
    ...missing.map((key) => setPointer(place, key, id, lifetime)),
    removeIndexes(place, { model, id, indexes: withoutIndexes(stood, indexes) }),
  ]);
  if (now !== 'ended') return 'saved';
  await endRecord(place, model, id);
  return 'dropped';
}

/** And by nothing else, which nearly all are: no pointers stand beside it. */
function isFoundById({ uid, userCode }: RecordIndexes): boolean {
  return uid === undefined && userCode === undefined;
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
 * The end of a session is looked for behind each write: who ended it meanwhile has said so first, and would find no
 * record.
 */
async function saveAndLook<T extends object>(
  { connection }: Place,
  { model, look }: { model: ModelName; look: Command<Standing> | undefined },
  saveBy: (write: Connection['run']) => Promise<T>,
): Promise<T & { standing: Standing }> {
  const write = outlivesItsNode(model, 'save') ? connection.commit : connection.run;
  if (!look) return { ...(await saveBy(write)), standing: undefined };
  let standing: Standing;
  const saved = await saveBy(async (written) => {
    if (!connection.isOneLine) return write(written);
    const [answer, found] = await connection.run(inTurn(written, look));
    standing = found;
    return answer;
  });
  if (!connection.isOneLine) standing = await connection.run(look);
  return { ...saved, standing };
}
