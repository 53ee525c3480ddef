import { isDeepStrictEqual } from 'node:util';
import { readPayload } from '../record-rules.ts';
import type { RedisPart } from './part.ts';

/** Permanent links between a consumer and a platform's own customer id. */
export const links: RedisPart<'putLink' | 'findLink' | 'replaceLink' | 'removeLink'> = ({ run }, keys) => ({
  async putLink(platform, accountId, link) {
    const text = JSON.stringify(link);
    return readPayload(await run((redis) => redis.parleyPutLink(keys.link(platform, accountId), text)));
  },
  async findLink(platform, accountId) {
    const text = await run((redis) => redis.get(keys.link(platform, accountId)));
    return text === null ? undefined : readPayload(text);
  },
  async replaceLink(platform, accountId, expected, link) {
    const key = keys.link(platform, accountId);
    const replacement = JSON.stringify(link);
    const stored = await run((redis) => redis.get(key));
    // Compared as values here, and as the very text that was compared in Redis.
    if (stored === null || !isDeepStrictEqual(readPayload(stored), readPayload(JSON.stringify(expected))))
      return false;
    return (await run((redis) => redis.parleyReplaceIfEqual(key, stored, replacement))) === 1;
  },
  async removeLink(platform, accountId) {
    await run((redis) => redis.del(keys.link(platform, accountId)));
  },
});
