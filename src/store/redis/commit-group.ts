import type { Redis } from 'ioredis';
import { ParleyError } from '../../errors.ts';
import { gatherWrites } from './gather-writes.ts';

/** For how many replicas a write waits, and for how long. */
export interface ReplicaWait {
  replicas: number;
  /** Milliseconds. */
  timeout: number;
}

interface Waiting {
  send(): Promise<unknown>;
  resolve(answer: unknown): void;
  reject(reason: unknown): void;
}

/**
 * Writes that wait for a replica, on a connection of their own. WAIT blocks its connection, so what arrives
 * meanwhile is gathered and sent together with one WAIT behind it: many writers cost one round, not many.
 */
export function createCommitGroup(redis: Redis, { replicas, timeout }: ReplicaWait) {
  let waiting: Waiting[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    // What starts in this turn of the event loop goes out together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      gatherWrites(redis);
      const answers = group.map(({ send }) => send());
      const confirmation = redis.wait(replicas, timeout).then(
        (count) => (count >= replicas ? undefined : unconfirmed(`${count} of ${replicas} replicas answered`)),
        () => unconfirmed('the connection was lost'),
      );
      const [outcomes, failure] = await Promise.all([Promise.allSettled(answers), confirmation]);
      for (const [position, outcome] of outcomes.entries()) {
        const writer = group[position];
        if (outcome.status === 'rejected') writer?.reject(outcome.reason);
        else if (failure) writer?.reject(failure);
        else writer?.resolve(outcome.value);
      }
    }
    isRunning = false;
  }

  return {
    add<T>(send: () => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ send, resolve, reject });
        if (isRunning) return;
        isRunning = true;
        void run();
      });
    },
  };
}

function unconfirmed(reason: string): ParleyError {
  return new ParleyError('store_unconfirmed', `written, but not confirmed by a replica: ${reason}`);
}

export type CommitGroup = ReturnType<typeof createCommitGroup>;
