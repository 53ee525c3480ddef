import { toMilliseconds } from '../record-rules.ts';
import type { RedisPart } from './part.ts';

/** Sets whose members expire one by one. */
export const sets: RedisPart<'addMember' | 'members' | 'removeMember'> = ({ run }, keys) => ({
  async addMember(set, member, expiresIn) {
    const lifetime = toMilliseconds(expiresIn);
    await run((redis) => redis.parleyAddMember(keys.set(set), member, lifetime, 'extend'));
  },
  members: (set) => run((redis) => redis.parleyMembers(keys.set(set))),
  async removeMember(set, member) {
    await run((redis) => redis.parleyRemoveMembers(keys.set(set), member));
  },
});
