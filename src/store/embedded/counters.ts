import { toMilliseconds } from '../record-rules.ts';
import { answer } from './answer.ts';
import type { EmbeddedPart } from './part.ts';

/** Counters over a fixed window that opens with the first increment. */
export const counters: EmbeddedPart<'increment' | 'resetCounter'> = ({ database, now }) => {
  const increment = database.prepare(`
    INSERT INTO counters (brand, name, count, expires_at) VALUES (:brand, :name, 1, :expiresAt)
    ON CONFLICT (brand, name) DO UPDATE SET
      count = CASE WHEN expires_at > :now THEN count + 1 ELSE 1 END,
      expires_at = CASE WHEN expires_at > :now THEN expires_at ELSE excluded.expires_at END
    RETURNING count`);
  const reset = database.prepare('DELETE FROM counters WHERE brand = ? AND name = ?');

  return (brand) => ({
    increment: (counter, window) =>
      answer(() => {
        const expiresAt = now() + toMilliseconds(window);
        return Number(increment.get({ brand, name: counter, now: now(), expiresAt })?.['count']);
      }),
    resetCounter: (counter) => answer(() => void reset.run(brand, counter)),
  });
};
