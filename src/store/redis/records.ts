import type { ModelName, Payload, SaveOutcome } from '../contract.ts';
import { indexesOf, isWrittenOnce, readPayload, toMilliseconds } from '../record-rules.ts';
import { destroyRecord } from './destroy-record.ts';
import type { BrandKeys } from './keys.ts';
import type { RedisPart } from './part.ts';
import {
  joinGrant,
  readIndexes,
  refreshPointers,
  removeIndexes,
  setPointer,
  withoutIndexes,
} from './record-pointers.ts';
import { revokeGrant } from './revoke-grant.ts';
import type { Lifetime, ScriptedRedis } from './scripts.ts';

/** Records of oidc-provider and our own kinds. Finding, consuming and all but a first save are one round trip. */
export const records: RedisPart<
  'upsert' | 'find' | 'findByUid' | 'findByUserCode' | 'consume' | 'destroy' | 'revokeGrant'
> = ({ run }, keys) => ({
  async upsert(model, id, payload, expiresIn) {
    const lifetime = expiresIn === undefined ? '' : toMilliseconds(expiresIn);
    return run((redis) => upsert(redis, keys, { model, id, payload, lifetime }));
  },
  find: (model, id) => run((redis) => find(redis, keys, model, id)),
  findByUid: (model, uid) =>
    run((redis) => findByPointer(redis, keys, model, { key: keys.uid(model, uid), holds: { uid } })),
  findByUserCode: (model, userCode) =>
    run((redis) =>
      findByPointer(redis, keys, model, { key: keys.userCode(model, userCode), holds: { userCode } }),
    ),
  consume: (model, id) => run((redis) => redis.parleyConsume(keys.record(model, id))),
  destroy: (model, id) => run((redis) => destroyRecord(redis, keys, model, id)),
  revokeGrant: (grantId) => run((redis) => revokeGrant(redis, keys, grantId)),
});

interface Save {
  model: ModelName;
  id: string;
  payload: Payload;
  lifetime: Lifetime;
}

async function upsert(redis: ScriptedRedis, keys: BrandKeys, save: Save): Promise<SaveOutcome> {
  const { model, id, payload, lifetime } = save;
  const indexes = indexesOf(model, payload);
  const record = { model, id, indexes };
  const mode = isWrittenOnce(model) ? 'once' : '';
  // The grant's index is sent before the record: no record exists that revoking its grant would not find.
  const joined = joinGrant(redis, keys, record, lifetime);
  const written = redis.parleyUpsert(
    keys.record(model, id),
    JSON.stringify(payload),
    JSON.stringify(indexes),
    lifetime,
    mode,
  );
  const [, [outcome, before], missing] = await Promise.all([
    joined,
    written,
    refreshPointers(redis, keys, record, lifetime),
  ]);
  if (outcome === 'saved') {
    await Promise.all([
      ...missing.map((key) => setPointer(redis, key, id, lifetime)),
      removeIndexes(redis, keys, { model, id, indexes: withoutIndexes(readIndexes(before), indexes) }),
    ]);
  } else {
    await removeIndexes(redis, keys, { model, id, indexes: withoutIndexes(indexes, readIndexes(before)) });
  }
  return outcome;
}

async function find(
  redis: ScriptedRedis,
  keys: BrandKeys,
  model: ModelName,
  id: string,
): Promise<Payload | undefined> {
  const [text, consumed] = await redis.hmget(keys.record(model, id), 'payload', 'consumed');
  if (typeof text !== 'string') return undefined;
  const payload = readPayload(text);
  if (typeof consumed === 'string') payload['consumed'] = Number(consumed);
  return payload;
}

/** A pointer may be older than what it leads to, so the record itself has the last word. */
async function findByPointer(
  redis: ScriptedRedis,
  keys: BrandKeys,
  model: ModelName,
  pointer: { key: string; holds: Payload },
): Promise<Payload | undefined> {
  const id = await redis.get(pointer.key);
  const payload = id === null ? undefined : await find(redis, keys, model, id);
  const matches = Object.entries(pointer.holds).every(([name, value]) => payload?.[name] === value);
  return matches ? payload : undefined;
}
