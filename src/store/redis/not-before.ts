import { toMilliseconds } from '../record-rules.ts';
import type { RedisPart } from './part.ts';

/** One moment per account before which everything is dead; neither the moment nor its life ever shrinks. */
export const notBefore: RedisPart<'setNotBefore' | 'notBefore'> = ({ run }, keys) => ({
  async setNotBefore(accountId, epochSeconds, expiresIn) {
    const lifetime = toMilliseconds(expiresIn);
    await run((redis) =>
      redis.parleySetNotBefore(keys.notBefore(accountId), Math.floor(epochSeconds), lifetime),
    );
  },
  async notBefore(accountId) {
    const text = await run((redis) => redis.get(keys.notBefore(accountId)));
    return text === null ? undefined : Number(text);
  },
});
