import { LRUCache } from 'lru-cache';
import type { ModelName, Payload } from '../contract.ts';
import { type Command, command } from './command.ts';
import type { BrandKeys } from './keys.ts';
import type { Place } from './record-pointers.ts';
import { readRecord, type RecordName } from './stored-record.ts';
import { beginning, readWhereabouts } from './whereabouts.ts';

export function getRecord(keys: BrandKeys, { model, id }: RecordName): Command<Buffer | null> {
  const key = keys.record(model, id);
  return command(key, (redis) => redis.getBuffer(key));
}

export async function findRecord(
  { connection, keys }: Place,
  name: RecordName,
): Promise<Payload | undefined> {
  return readRecord(name, await connection.run(getRecord(keys, name)));
}

/** What leads to records, as this process reads it. */
export interface Pointers {
  /** Its text, as far as it says where it leads. */
  read(key: string): Promise<string | null>;
  find(pointer: Pointer): Promise<Payload | undefined>;
  /** Called where it is known anyway where one leads. */
  note(key: string, id: string): void;
}

interface Pointer {
  model: ModelName;
  key: string;
  /** What the record must hold: a pointer may be older than what it leads to. */
  holds: Payload;
}

export function createPointers(place: Place): Pointers {
  const read = createPointerReads(place);
  /** Where each led last. */
  const guesses = new LRUCache<string, string>({ maxSize: 10_000, sizeCalculation: () => 1 });
  return {
    read,
    note: (key, id) => void guesses.set(key, id),
    /** Where a pointer led last is asked for in the same round trip, and counts if it still leads there. */
    async find({ model, key, holds }) {
      const guess = guesses.get(key);
      const [text, guessed] = await Promise.all([
        read(key),
        guess === undefined ? undefined : findRecord(place, { model, id: guess }),
      ]);
      const { id } = readWhereabouts(text);
      if (id === undefined) return undefined;
      if (id !== guess) guesses.set(key, id);
      // Nothing may have been there yet when it was asked for: on a Cluster another node answers for the pointer, later.
      const payload = (id === guess ? guessed : undefined) ?? (await findRecord(place, { model, id }));
      const matches = Object.entries(holds).every(([name, value]) => payload?.[name] === value);
      return matches ? payload : undefined;
    },
  };
}

/**
 * Whoever asks for the same pointer in one turn of the event loop gets one answer: all that is asked in a turn is sent at
 * its end.
 */
function createPointerReads({ connection, keys }: Place): Pointers['read'] {
  const get = (key: string) =>
    command(key, (redis) => (keys.layout.endsAtUid ? redis.getrange(key, 0, beginning - 1) : redis.get(key)));
  const asked = new Map<string, Promise<string | null>>();
  return (key) => {
    const answer = asked.get(key) ?? connection.run(get(key));
    if (asked.size === 0) setImmediate(() => asked.clear());
    asked.set(key, answer);
    return answer;
  };
}
