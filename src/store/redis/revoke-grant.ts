import { destroyRecord } from './destroy-record.ts';
import { type BrandKeys, fromGrantMember } from './keys.ts';
import type { ScriptedRedis } from './scripts.ts';

const batchSize = 200;

/** Ends a grant: its own record, then every record that was issued under it. */
export async function revokeGrant(redis: ScriptedRedis, keys: BrandKeys, grantId: string): Promise<void> {
  // First and alone: a token that is written while its siblings are being collected is dead already.
  await destroyRecord(redis, keys, 'Grant', grantId);
  const index = keys.grant(grantId);
  for (;;) {
    const members = await redis.zrange(index, 0, String(batchSize - 1));
    if (members.length === 0) return;
    await Promise.all(
      members.map((member) => {
        const { model, id } = fromGrantMember(member);
        return destroyRecord(redis, keys, model, id);
      }),
    );
    // Those whose record was gone already are only removed here.
    await redis.parleyRemoveMembers(index, ...members);
    if (members.length < batchSize) return;
  }
}
