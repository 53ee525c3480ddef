import { toMilliseconds } from '../record-rules.ts';
import { command } from './command.ts';
import type { RedisPart } from './part.ts';
import { setNotBefore } from './scripts.ts';

/** One moment per account before which everything is dead; neither the moment nor its life ever shrinks. */
export const notBefore: RedisPart<'setNotBefore' | 'notBefore'> = ({ run, commit }, keys) => ({
  async setNotBefore(accountId, epochSeconds, expiresIn) {
    const moment = Math.floor(epochSeconds);
    await commit(setNotBefore(keys.notBefore(accountId), moment, toMilliseconds(expiresIn)));
  },
  async notBefore(accountId) {
    const key = keys.notBefore(accountId);
    const text = await run(command(key, (redis) => redis.get(key)));
    return text === null ? undefined : Number(text);
  },
});
