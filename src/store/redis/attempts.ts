import { toAttempts, toRuleNumbers } from '../attempt-rules.ts';
import { command } from './command.ts';
import type { RedisPart } from './part.ts';
import { readAttempts, returnAttempt, takeAttempt } from './scripts.ts';

/** Attempts that have to wait longer and longer. */
export const attempts: RedisPart<'takeAttempt' | 'returnAttempt' | 'findAttempts' | 'forgetAttempts'> = (
  { run },
  keys,
) => ({
  async takeAttempt(name, rule) {
    const [admitted, count, wait] = await run(takeAttempt(keys.attempts(name), ...toRuleNumbers(rule)));
    return { admitted: admitted === 1, ...toAttempts(count, wait) };
  },
  async returnAttempt(name) {
    await run(returnAttempt(keys.attempts(name)));
  },
  async findAttempts(name, rule) {
    const [count, wait] = await run(readAttempts(keys.attempts(name), ...toRuleNumbers(rule)));
    return toAttempts(count, wait);
  },
  async forgetAttempts(name) {
    const key = keys.attempts(name);
    await run(command(key, (redis) => redis.del(key)));
  },
});
