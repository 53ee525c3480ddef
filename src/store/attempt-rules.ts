import type { AttemptRule, Attempts } from './contract.ts';
import { toMilliseconds } from './record-rules.ts';

/** Attempts as they rest; times in milliseconds since the epoch. */
export interface AttemptState {
  count: number;
  /** When the last one was made. */
  last: number;
  /** Since when the next one to be forgotten counts down. */
  since: number;
}

/** A rule in milliseconds, in the order in which scripts take it. */
export type RuleNumbers = [free: number, forgetOneAfter: number, firstWait: number, longestWait: number];

export function toRuleNumbers(rule: AttemptRule): RuleNumbers {
  return [
    rule.free,
    toMilliseconds(rule.forgetOneAfter),
    toMilliseconds(rule.firstWait),
    toMilliseconds(rule.longestWait),
  ];
}

/** What is left of the attempts by now. */
export function settle(
  { count, last, since }: AttemptState,
  [, forgetOneAfter]: RuleNumbers,
  now: number,
): AttemptState {
  const forgotten = Math.max(0, Math.floor((now - since) / forgetOneAfter));
  if (forgotten >= count) return { count: 0, last, since: now };
  return { count: count - forgotten, last, since: since + forgotten * forgetOneAfter };
}

/** @returns milliseconds from now until another attempt is admitted; 0: at once */
export function waitOf(
  { count, last }: AttemptState,
  [free, , firstWait, longestWait]: RuleNumbers,
  now: number,
): number {
  if (count < free) return 0;
  return Math.max(0, last + Math.min(longestWait, firstWait * 2 ** (count - free)) - now);
}

export function toAttempts(count: number, waitInMilliseconds: number): Attempts {
  return { count, wait: Math.ceil(waitInMilliseconds / 1000) };
}
