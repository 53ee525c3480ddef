import { endMarkOf } from '../record-rules.ts';
import type { Command } from './command.ts';
import { getRecord } from './find-record.ts';
import type { IndexedRecord, Place } from './record-pointers.ts';
import type { Lifetime } from './scripts.ts';
import { readRecord } from './stored-record.ts';
import { followUid, leadUid } from './uid-scripts.ts';

/** What the uid of a session says behind a save: the way to it, to another id or none, or that it has ended. */
export type Standing = 'here' | 'elsewhere' | 'ended' | undefined;

/** Asked behind a save of a session; undefined for other records. */
export function lookBehind(
  { keys }: Place,
  { model, id, indexes }: IndexedRecord,
  lifetime: Lifetime,
): Command<Standing> | undefined {
  const mark = endMarkOf(model, indexes);
  if (!mark) return undefined;
  if (keys.layout.endsAtUid) return followUid(keys.uid(model, mark.id), id, lifetime);
  const { key, send } = getRecord(keys, mark);
  return {
    key,
    send: async (redis, how) => (readRecord(mark, await send(redis, how)) ? 'ended' : undefined),
  };
}

/** Leads the uid to a session that was saved, unless the session has ended meanwhile. */
export async function leadTo(
  { connection, keys }: Place,
  { model, id, indexes }: IndexedRecord,
  lifetime: Lifetime,
): Promise<Standing> {
  if (indexes.uid === undefined || !keys.layout.endsAtUid) return undefined;
  return connection.run(leadUid(keys.uid(model, indexes.uid), id, lifetime));
}
