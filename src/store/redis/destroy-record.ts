import type { ModelName } from '../contract.ts';
import { leavesTombstone, tombstoneSeconds } from '../record-rules.ts';
import type { BrandKeys } from './keys.ts';
import { readIndexes, removeIndexes } from './record-pointers.ts';
import type { ScriptedRedis } from './scripts.ts';

/** Removes one record, then what led to it; a session or grant leaves a tombstone under its own key. */
export async function destroyRecord(
  redis: ScriptedRedis,
  keys: BrandKeys,
  model: ModelName,
  id: string,
): Promise<void> {
  const lifetime = leavesTombstone(model) ? tombstoneSeconds * 1000 : '';
  const before = await redis.parleyDestroy(keys.record(model, id), lifetime);
  await removeIndexes(redis, keys, { model, id, indexes: readIndexes(before) });
}
