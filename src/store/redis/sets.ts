import { toMilliseconds } from '../record-rules.ts';
import type { RedisPart } from './part.ts';
import { addMembers, listMembers, removeMembers } from './scripts.ts';

/** Sets whose members expire one by one. */
export const sets: RedisPart<'addMember' | 'members' | 'removeMember'> = ({ run }, keys) => ({
  async addMember(set, member, expiresIn) {
    await run(addMembers(keys.set(set), 'extend', member, toMilliseconds(expiresIn)));
  },
  members: (set) => run(listMembers(keys.set(set))),
  async removeMember(set, member) {
    await run(removeMembers(keys.set(set), member));
  },
});
