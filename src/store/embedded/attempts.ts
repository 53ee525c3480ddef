import { type AttemptState, settle, toAttempts, toRuleNumbers, waitOf } from '../attempt-rules.ts';
import { answer } from './answer.ts';
import type { EmbeddedPart } from './part.ts';
import { transaction } from './transaction.ts';

/** Attempts that have to wait longer and longer. */
export const attempts: EmbeddedPart<'takeAttempt' | 'returnAttempt' | 'findAttempts' | 'forgetAttempts'> = ({
  database,
  now,
  group,
}) => {
  const read = database.prepare(
    'SELECT count, last, since FROM attempts WHERE brand = ? AND name = ? AND expires_at > ?',
  );
  const write = database.prepare(`
    INSERT INTO attempts (brand, name, count, last, since, expires_at)
    VALUES (:brand, :name, :count, :last, :since, :expiresAt)
    ON CONFLICT (brand, name) DO UPDATE SET
      count = excluded.count, last = excluded.last, since = excluded.since, expires_at = excluded.expires_at`);
  const forgetLast = database.prepare('DELETE FROM attempts WHERE brand = ? AND name = ? AND count <= 1');
  const takeBack = database.prepare('UPDATE attempts SET count = count - 1 WHERE brand = ? AND name = ?');
  const forget = database.prepare('DELETE FROM attempts WHERE brand = ? AND name = ?');

  const find = (brand: string, name: string): AttemptState => {
    const row = read.get(brand, name, now());
    return row
      ? { count: Number(row['count']), last: Number(row['last']), since: Number(row['since']) }
      : { count: 0, last: 0, since: now() };
  };

  return (brand) => ({
    takeAttempt: (name, rule) =>
      group.write(() => {
        const numbers = toRuleNumbers(rule);
        return transaction(database, () => {
          const state = settle(find(brand, name), numbers, now());
          const wait = waitOf(state, numbers, now());
          if (wait > 0) return { admitted: false, ...toAttempts(state.count, wait) };
          const taken = { ...state, count: state.count + 1, last: now() };
          const expiresAt = taken.since + taken.count * numbers[1];
          write.run({ brand, name, ...taken, expiresAt });
          return { admitted: true, ...toAttempts(taken.count, waitOf(taken, numbers, now())) };
        });
      }),
    returnAttempt: (name) =>
      group.write(() =>
        transaction(database, () => {
          if (Number(forgetLast.run(brand, name).changes) === 0) takeBack.run(brand, name);
        }),
      ),
    findAttempts: (name, rule) =>
      answer(() => {
        const numbers = toRuleNumbers(rule);
        const state = settle(find(brand, name), numbers, now());
        return toAttempts(state.count, waitOf(state, numbers, now()));
      }),
    forgetAttempts: (name) => group.write(() => void forget.run(brand, name)),
  });
};
