import { toMilliseconds } from '../record-rules.ts';
import type { Command } from './command.ts';
import type { BrandKeys } from './keys.ts';
import type { RedisPart } from './part.ts';
import { addMember, type Lifetime, listMembers, removeMembers } from './scripts.ts';
import { addGrant, listGrants, removeGrant } from './uid-scripts.ts';
import { readGrants, toGrantName, writeGrant } from './whereabouts.ts';

/** Sets whose members expire one by one. */
export const sets: RedisPart<'addMember' | 'members' | 'removeMember'> = ({ run }, keys) => ({
  async addMember(set, member, expiresIn) {
    await run(joinSet(keys, { set, member, mode: 'extend', lifetime: toMilliseconds(expiresIn) }));
  },
  async members(set) {
    const uid = keys.uidOfSet(set);
    if (uid === undefined) return run(listMembers(keys.set(set)));
    const ids = readGrants(await run(listGrants(uid))).map(({ id }) => id);
    // One that was added again is as old as its last expiry.
    return [...new Set(ids.toReversed())].toReversed();
  },
  async removeMember(set, member) {
    const uid = keys.uidOfSet(set);
    await run(
      uid === undefined ? removeMembers(keys.set(set), member) : removeGrant(uid, toGrantName(member)),
    );
  },
});

interface Joining {
  set: string;
  member: string;
  /** 'extend' never shortens. */
  mode: 'extend' | '';
  lifetime: Lifetime;
}

export function joinSet(keys: BrandKeys, { set, member, mode, lifetime }: Joining): Command<unknown> {
  const uid = keys.uidOfSet(set);
  if (uid === undefined) return addMember(keys.set(set), mode, member, lifetime);
  const now = Date.now();
  const grant = writeGrant({ id: member, ...(lifetime !== '' && { expiresAt: now + lifetime }) });
  return addGrant(uid, grant, lifetime, Math.floor(now / 1000));
}
