import type { RecordIndexes } from '../record-rules.ts';
import { command } from './command.ts';
import type { Connection } from './connection.ts';
import type { BrandKeys } from './keys.ts';
import { deleteIfEqual, type Lifetime, refreshIfEqual, removeMembers } from './scripts.ts';
import type { RecordName } from './stored-record.ts';
import { leaveUid } from './uid-scripts.ts';

/** The keys beside a record: two that lead from a uid or a user code to its id, and the index of its grant. */
export interface IndexedRecord extends RecordName {
  indexes: RecordIndexes;
}

/** Where an index is written. */
export interface Place {
  connection: Connection;
  keys: BrandKeys;
}

/** Those that are a text of their own: what else stands under a session's uid has scripts of its own (uid-scripts.ts). */
function pointerKeys({ keys }: Place, { model, indexes: { uid, userCode } }: IndexedRecord): string[] {
  return [
    ...(uid === undefined || keys.layout.endsAtUid ? [] : [keys.uid(model, uid)]),
    ...(userCode === undefined ? [] : [keys.userCode(model, userCode)]),
  ];
}

/**
 * Lengthens the pointers that lead here already and returns the keys of the others. Those may be set only when
 * the record was saved: a session under a new id keeps its uid, and a late, dropped save of the old id must
 * not turn that uid away from it.
 */
export async function refreshPointers(
  place: Place,
  record: IndexedRecord,
  lifetime: Lifetime,
): Promise<string[]> {
  const wanted = pointerKeys(place, record);
  const answers = await Promise.all(
    wanted.map((key) => place.connection.run(refreshIfEqual(key, record.id, lifetime))),
  );
  return wanted.filter((_, position) => answers[position] === 0);
}

export function setPointer(
  { connection }: Place,
  key: string,
  id: string,
  lifetime: Lifetime,
): Promise<unknown> {
  return connection.run(
    command(key, (redis) => (lifetime === '' ? redis.set(key, id) : redis.set(key, id, 'PX', lifetime))),
  );
}

/** Pointers only while they still lead to this record: another one may have taken a user code over. */
export async function removeIndexes(place: Place, record: IndexedRecord): Promise<void> {
  const { model, id, indexes } = record;
  const { connection, keys } = place;
  const removals: Promise<unknown>[] = pointerKeys(place, record).map((key) =>
    connection.run(deleteIfEqual(key, id)),
  );
  if (indexes.uid !== undefined && keys.layout.endsAtUid) {
    removals.push(connection.run(leaveUid(keys.uid(model, indexes.uid), id)));
  }
  if (indexes.grantId !== undefined) {
    removals.push(
      connection.run(removeMembers(keys.grant(indexes.grantId), keys.layout.toMember(model, id))),
    );
  }
  await Promise.all(removals);
}

/** What of `before` is not in `after`. */
export function withoutIndexes(before: RecordIndexes, after: RecordIndexes): RecordIndexes {
  const gone = { ...before };
  for (const name of ['uid', 'userCode', 'grantId'] as const) {
    if (gone[name] === after[name]) delete gone[name];
  }
  return gone;
}
