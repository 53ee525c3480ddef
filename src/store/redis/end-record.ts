import type { ModelName } from '../contract.ts';
import { indexesOf, leavesTombstone, outlivesItsNode, tombstoneSeconds } from '../record-rules.ts';
import { type Place, removeIndexes } from './record-pointers.ts';
import { destroyRecord } from './scripts.ts';
import { readRecord } from './stored-record.ts';

/** Removes one record, then what led to it; a session or grant leaves a tombstone under its own key. */
export async function endRecord(place: Place, model: ModelName, id: string): Promise<void> {
  const { connection, keys } = place;
  const lifetime = leavesTombstone(model) ? tombstoneSeconds * 1000 : '';
  const end = outlivesItsNode(model, 'end') ? connection.commit : connection.run;
  const before = readRecord({ model, id }, await end(destroyRecord(keys.record(model, id), lifetime)));
  await removeIndexes(place, { model, id, indexes: before ? indexesOf(model, before) : {} });
}
