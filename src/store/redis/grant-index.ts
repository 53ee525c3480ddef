import { sendLast } from './gather-writes.ts';
import type { IndexedRecord, Place } from './record-pointers.ts';
import { joinGrant, type Lifetime } from './scripts.ts';

/** Which records end with a grant. */
export interface GrantIndex {
  /**
   * Resolves when the record is listed; undefined where it has no grant. What joins one grant in one turn of the event
   * loop, as the tokens of an answer do, is one command behind the records themselves, in the same write: one that is late
   * for the end of its grant is dead all the same, by the grant's own tombstone.
   */
  join(record: IndexedRecord, lifetime: Lifetime): Promise<unknown> | undefined;
}

interface Joining {
  longest: Lifetime;
  /** Moments and members, in turn. */
  members: (string | number)[];
  done: Promise<unknown>;
}

export function createGrantIndex({ connection, keys }: Place): GrantIndex {
  const joining = new Map<string, Joining>();

  function begin(key: string): Joining {
    const begun: Joining = { longest: 0, members: [], done: Promise.resolve() };
    const forget = () => {
      if (joining.get(key) === begun) joining.delete(key);
    };
    begun.done = connection.run({
      key,
      send: (redis, how) =>
        new Promise((resolve, reject) => {
          sendLast(redis, () => {
            forget();
            joinGrant(key, begun.longest, ...begun.members)
              .send(redis, how)
              .then(resolve, reject);
          });
        }),
    });
    joining.set(key, begun);
    // Not even sent: what comes later tries anew.
    begun.done.catch(forget);
    return begun;
  }

  return {
    join({ model, id, indexes: { grantId } }, lifetime) {
      if (grantId === undefined) return undefined;
      const key = keys.grant(grantId);
      const begun = joining.get(key) ?? begin(key);
      begun.longest = longer(begun.longest, lifetime);
      begun.members.push(lifetime === '' ? 'inf' : Date.now() + lifetime, keys.layout.toMember(model, id));
      return begun.done;
    },
  };
}

function longer(one: Lifetime, other: Lifetime): Lifetime {
  return one === '' || other === '' ? '' : Math.max(one, other);
}
