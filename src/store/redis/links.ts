import { isDeepStrictEqual } from 'node:util';
import { fromLinkMember, readPayload, toLinkMember } from '../record-rules.ts';
import { command } from './command.ts';
import type { RedisPart } from './part.ts';
import { putLink, replaceIfEqual } from './scripts.ts';

type Names = 'putLink' | 'findLink' | 'replaceLink' | 'removeLink' | 'listLinks';

/**
 * Permanent links between a consumer and a platform's own customer id, each a key of its own, and the list of them:
 * an index that may for a moment name a link that is not there, but never misses one that is.
 */
export const links: RedisPart<Names> = ({ run, commit }, keys) => {
  const list = keys.links();
  const read = (key: string) => run(command(key, (redis) => redis.get(key)));
  const enlist = (member: string) => commit(command(list, (redis) => redis.zadd(list, 0, member)));
  const strike = (member: string) => commit(command(list, (redis) => redis.zrem(list, member)));

  async function findLink(platform: string, accountId: string) {
    const text = await read(keys.link(platform, accountId));
    return text === null ? undefined : readPayload(text);
  }

  return {
    findLink,
    async putLink(platform, accountId, link) {
      const member = toLinkMember(platform, accountId);
      // Before, for a process that dies in between; after, for a removal that struck it out in between.
      await enlist(member);
      const kept = await commit(putLink(keys.link(platform, accountId), JSON.stringify(link)));
      await enlist(member);
      return readPayload(kept);
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
      await strike(toLinkMember(platform, accountId));
    },
    async listLinks({ after, limit }) {
      const begin = after === undefined ? '-' : `(${after}`;
      const members = await run(
        command(list, (redis) => redis.zrangebylex(list, begin, '+', 'LIMIT', 0, limit)),
      );
      const found = await Promise.all(
        members.map(async (member) => {
          const { platform, accountId } = fromLinkMember(member);
          const link = await findLink(platform, accountId);
          // Left by a process that died while it wrote or removed the link.
          if (!link) await strike(member);
          return link ? [{ platform, accountId, link }] : [];
        }),
      );
      const last = members.length === limit ? members.at(-1) : undefined;
      return { links: found.flat(), ...(last !== undefined && { next: last }) };
    },
  };
};
