import { toMilliseconds } from '../record-rules.ts';
import { answer } from './answer.ts';
import type { EmbeddedPart } from './part.ts';

/** Sets whose members expire one by one. */
export const sets: EmbeddedPart<'addMember' | 'members' | 'removeMember'> = ({ database, now, group }) => {
  const add = database.prepare(`
    INSERT INTO members (brand, name, member, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (brand, name, member) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)`);
  const list = database.prepare(
    'SELECT member FROM members WHERE brand = ? AND name = ? AND expires_at > ? ORDER BY expires_at, member',
  );
  const remove = database.prepare('DELETE FROM members WHERE brand = ? AND name = ? AND member = ?');

  return (brand) => ({
    addMember: (set, member, expiresIn) =>
      group.write(() => void add.run(brand, set, member, now() + toMilliseconds(expiresIn))),
    members: (set) => answer(() => list.all(brand, set, now()).map((row) => String(row['member']))),
    removeMember: (set, member) => group.write(() => void remove.run(brand, set, member)),
  });
};
