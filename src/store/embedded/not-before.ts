import { toMilliseconds } from '../record-rules.ts';
import { answer } from './answer.ts';
import type { EmbeddedPart } from './part.ts';

/** One moment per account before which everything is dead; neither the moment nor its life ever shrinks. */
export const notBefore: EmbeddedPart<'setNotBefore' | 'notBefore'> = ({ database, now, group }) => {
  const set = database.prepare(`
    INSERT INTO not_before (brand, account_id, epoch_seconds, expires_at)
    VALUES (:brand, :accountId, :epochSeconds, :expiresAt)
    ON CONFLICT (brand, account_id) DO UPDATE SET
      epoch_seconds = CASE WHEN expires_at > :now THEN max(epoch_seconds, excluded.epoch_seconds)
                      ELSE excluded.epoch_seconds END,
      expires_at = max(expires_at, excluded.expires_at)`);
  const find = database.prepare(
    'SELECT epoch_seconds FROM not_before WHERE brand = ? AND account_id = ? AND expires_at > ?',
  );

  return (brand) => ({
    setNotBefore: (accountId, epochSeconds, expiresIn) =>
      group.write(() => {
        const expiresAt = now() + toMilliseconds(expiresIn);
        set.run({ brand, accountId, epochSeconds: Math.floor(epochSeconds), expiresAt, now: now() });
      }),
    notBefore: (accountId) =>
      answer(() => {
        const row = find.get(brand, accountId, now());
        return row && Number(row['epoch_seconds']);
      }),
  });
};
