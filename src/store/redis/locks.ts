import { randomUUID } from 'node:crypto';
import { toMilliseconds } from '../record-rules.ts';
import { command } from './command.ts';
import type { RedisPart } from './part.ts';
import { deleteIfEqual } from './scripts.ts';

/** Single-flight locks: a key with the holder's random name. */
export const locks: RedisPart<'acquireLock'> = ({ run }, keys) => ({
  async acquireLock(name, expiresIn) {
    const key = keys.lock(name);
    const holder = randomUUID();
    const lifetime = toMilliseconds(expiresIn);
    const answer = await run(command(key, (redis) => redis.set(key, holder, 'PX', lifetime, 'NX')));
    if (answer === null) return undefined;
    return {
      async release() {
        await run(deleteIfEqual(key, holder));
      },
    };
  },
});
