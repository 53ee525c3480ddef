import type { LimitsConfig } from '../config/schema/limits-schema.ts';
import type { AttemptRule } from '../store/contract.ts';

/** Seconds. */
const quarter = 15 * 60;
const day = 24 * 3600;

/**
 * What is limited: by which setting of a brand, and how many seconds its attempts are remembered (one by one, so that
 * so many in that time need not wait). Accounts remember for a day, so that waits grow to the longest; addresses for a
 * quarter of an hour, because many consumers may share one. The entry of a limit is what is counted, in the order of its name.
 */
export const limitKinds = {
  'account-and-address': { setting: 'account_and_address', span: day },
  account: { setting: 'account', span: day },
  address: { setting: 'address', span: quarter },
  'accounts-per-address': { setting: 'accounts_per_address', span: quarter },
  'known-browser': { setting: 'known_browser', span: day },
  'second-factor': { setting: 'second_factor', span: day },
  'client-and-address': { setting: 'client_and_address', span: quarter },
  client: { setting: 'client', span: quarter },
  'client-address': { setting: 'client_address', span: quarter },
} as const satisfies Record<string, { setting: keyof LimitsConfig; span: number }>;

export type LimitKind = keyof typeof limitKinds;

export function isLimitKind(name: string): name is LimitKind {
  return Object.hasOwn(limitKinds, name);
}

export function ruleOf(kind: LimitKind, settings: LimitsConfig): AttemptRule {
  const { setting, span } = limitKinds[kind];
  const free = settings[setting];
  const { first_wait: firstWait, longest_wait: longestWait } = settings;
  return { free, forgetOneAfter: span / free, firstWait, longestWait };
}
