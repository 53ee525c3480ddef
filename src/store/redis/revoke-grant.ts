import { command } from './command.ts';
import { endRecord } from './end-record.ts';
import type { Place } from './record-pointers.ts';
import { removeMembers } from './scripts.ts';

const batchSize = 200;

/** Ends a grant: its own record, then every record that was issued under it. */
export async function revokeGrant(place: Place, grantId: string): Promise<void> {
  const { connection, keys } = place;
  // First and alone: a token that is written while its siblings are being collected is dead already.
  await endRecord(place, 'Grant', grantId);
  const index = keys.grant(grantId);
  for (;;) {
    const members = await connection.run(
      command(index, (redis) => redis.zrange(index, 0, String(batchSize - 1))),
    );
    if (members.length === 0) return;
    await Promise.all(
      members.map((member) => {
        const { model, id } = keys.layout.fromMember(member);
        return endRecord(place, model, id);
      }),
    );
    // Those whose record was gone already are only removed here.
    await connection.run(removeMembers(index, ...members));
    if (members.length < batchSize) return;
  }
}
