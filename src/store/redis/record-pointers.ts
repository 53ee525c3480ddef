import type { ModelName } from '../contract.ts';
import type { RecordIndexes } from '../record-rules.ts';
import { type BrandKeys, toGrantMember } from './keys.ts';
import type { Lifetime, ScriptedRedis } from './scripts.ts';

/** The keys beside a record: two that lead from a uid or a user code to its id, and the index of its grant. */
export interface IndexedRecord {
  model: ModelName;
  id: string;
  indexes: RecordIndexes;
}

function pointerKeys(keys: BrandKeys, { model, indexes: { uid, userCode } }: IndexedRecord): string[] {
  return [
    ...(uid === undefined ? [] : [keys.uid(model, uid)]),
    ...(userCode === undefined ? [] : [keys.userCode(model, userCode)]),
  ];
}

/**
 * Lengthens the pointers that lead here already and returns the keys of the others. Those may be set only when
 * the record was saved: a session under a new id keeps its uid, and a late, dropped save of the old id must
 * not turn that uid away from it.
 */
export async function refreshPointers(
  redis: ScriptedRedis,
  keys: BrandKeys,
  record: IndexedRecord,
  lifetime: Lifetime,
): Promise<string[]> {
  const wanted = pointerKeys(keys, record);
  const answers = await Promise.all(
    wanted.map((key) => redis.parleyRefreshIfEqual(key, record.id, lifetime)),
  );
  return wanted.filter((_, position) => answers[position] === 0);
}

export function setPointer(
  redis: ScriptedRedis,
  key: string,
  id: string,
  lifetime: Lifetime,
): Promise<unknown> {
  return lifetime === '' ? redis.set(key, id) : redis.set(key, id, 'PX', lifetime);
}

export async function joinGrant(
  redis: ScriptedRedis,
  keys: BrandKeys,
  { model, id, indexes: { grantId } }: IndexedRecord,
  lifetime: Lifetime,
): Promise<void> {
  if (grantId === undefined) return;
  await redis.parleyAddMember(keys.grant(grantId), toGrantMember(model, id), lifetime, '');
}

/** Pointers only while they still lead to this record: another one may have taken a user code over. */
export async function removeIndexes(
  redis: ScriptedRedis,
  keys: BrandKeys,
  record: IndexedRecord,
): Promise<void> {
  const { model, id, indexes } = record;
  const removals: Promise<unknown>[] = pointerKeys(keys, record).map((key) =>
    redis.parleyDeleteIfEqual(key, id),
  );
  if (indexes.grantId !== undefined) {
    removals.push(redis.parleyRemoveMembers(keys.grant(indexes.grantId), toGrantMember(model, id)));
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

export function readIndexes(text: string | null): RecordIndexes {
  if (text === null) return {};
  const indexes: RecordIndexes = JSON.parse(text);
  return indexes;
}
