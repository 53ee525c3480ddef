import { sendLast } from './gather-writes.ts';
import type { IndexedRecord, Place } from './record-pointers.ts';
import { addMembers, type Lifetime } from './scripts.ts';

/** Which records end with a grant. */
export interface GrantIndex {
  /**
   * Resolves when the record is listed. What joins one grant in one turn of the event loop, as the tokens of an answer do,
   * is one command behind the records themselves, in the same write: one that is late for the end of its grant is dead
   * all the same, by the grant's own tombstone.
   */
  join(record: IndexedRecord, lifetime: Lifetime): Promise<void>;
}

interface Joining {
  members: (string | number)[];
  done: Promise<unknown>;
}

export function createGrantIndex({ connection, keys }: Place): GrantIndex {
  const joining = new Map<string, Joining>();

  function begin(key: string): Joining {
    const members: Joining['members'] = [];
    const forget = () => {
      if (joining.get(key)?.members === members) joining.delete(key);
    };
    const done = connection.run({
      key,
      send: (redis, how) =>
        new Promise((resolve, reject) => {
          sendLast(redis, () => {
            forget();
            addMembers(key, '', ...members)
              .send(redis, how)
              .then(resolve, reject);
          });
        }),
    });
    const begun = { members, done };
    joining.set(key, begun);
    // Not even sent: what comes later tries anew.
    done.catch(forget);
    return begun;
  }

  return {
    async join({ model, id, indexes: { grantId } }, lifetime) {
      if (grantId === undefined) return;
      const key = keys.grant(grantId);
      const { members, done } = joining.get(key) ?? begin(key);
      members.push(keys.layout.toMember(model, id), lifetime);
      await done;
    },
  };
}
