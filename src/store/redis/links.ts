import { isDeepStrictEqual } from 'node:util';
import { readPayload } from '../record-rules.ts';
import { command } from './command.ts';
import type { RedisPart } from './part.ts';
import { putLink, replaceIfEqual } from './scripts.ts';

/** Permanent links between a consumer and a platform's own customer id. */
export const links: RedisPart<'putLink' | 'findLink' | 'replaceLink' | 'removeLink'> = (
  { run, commit },
  keys,
) => {
  const read = (key: string) => run(command(key, (redis) => redis.get(key)));
  return {
    async putLink(platform, accountId, link) {
      return readPayload(await commit(putLink(keys.link(platform, accountId), JSON.stringify(link))));
    },
    async findLink(platform, accountId) {
      const text = await read(keys.link(platform, accountId));
      return text === null ? undefined : readPayload(text);
    },
    async replaceLink(platform, accountId, expected, link) {
      const key = keys.link(platform, accountId);
      const replacement = JSON.stringify(link);
      const stored = await read(key);
      // Compared as values here, and as the very text that was compared in Redis.
      if (stored === null || !isDeepStrictEqual(readPayload(stored), readPayload(JSON.stringify(expected))))
        return false;
      return (await commit(replaceIfEqual(key, stored, replacement))) === 1;
    },
    async removeLink(platform, accountId) {
      const key = keys.link(platform, accountId);
      await commit(command(key, (redis) => redis.del(key)));
    },
  };
};
