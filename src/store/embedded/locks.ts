import { randomUUID } from 'node:crypto';
import { toMilliseconds } from '../record-rules.ts';
import type { EmbeddedPart } from './part.ts';

/** Single-flight locks: a row with the holder's random name, free again once it has expired. */
export const locks: EmbeddedPart<'acquireLock'> = ({ database, now, group }) => {
  const acquire = database.prepare(`
    INSERT INTO locks (brand, name, holder, expires_at) VALUES (:brand, :name, :holder, :expiresAt)
    ON CONFLICT (brand, name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
    WHERE locks.expires_at <= :now`);
  const release = database.prepare('DELETE FROM locks WHERE brand = ? AND name = ? AND holder = ?');

  return (brand) => ({
    acquireLock: (name, expiresIn) =>
      group.write(() => {
        const holder = randomUUID();
        const expiresAt = now() + toMilliseconds(expiresIn);
        const { changes } = acquire.run({ brand, name, holder, expiresAt, now: now() });
        if (changes === 0) return undefined;
        return { release: () => group.write(() => void release.run(brand, name, holder)) };
      }),
  });
};
