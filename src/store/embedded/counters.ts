import { toMilliseconds } from '../record-rules.ts';
import { answer } from './answer.ts';
import type { EmbeddedPart } from './part.ts';

/** Counters over a fixed window that opens with the first increment. */
export const counters: EmbeddedPart<'increment' | 'readCounter' | 'resetCounter'> = ({
  database,
  now,
  group,
}) => {
  const increment = database.prepare(`
    INSERT INTO counters (brand, name, count, expires_at) VALUES (:brand, :name, 1, :expiresAt)
    ON CONFLICT (brand, name) DO UPDATE SET
      count = CASE WHEN expires_at > :now THEN count + 1 ELSE 1 END,
      expires_at = CASE WHEN expires_at > :now THEN expires_at ELSE excluded.expires_at END
    RETURNING count`);
  const read = database.prepare('SELECT count FROM counters WHERE brand = ? AND name = ? AND expires_at > ?');
  const reset = database.prepare('DELETE FROM counters WHERE brand = ? AND name = ?');

  return (brand) => ({
    increment: (counter, window) =>
      group.write(() => {
        const expiresAt = now() + toMilliseconds(window);
        return Number(increment.get({ brand, name: counter, now: now(), expiresAt })?.['count']);
      }),
    readCounter: (counter) => answer(() => Number(read.get(brand, counter, now())?.['count'] ?? 0)),
    resetCounter: (counter) => group.write(() => void reset.run(brand, counter)),
  });
};
