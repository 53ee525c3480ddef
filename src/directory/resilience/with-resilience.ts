import type { AccountDirectory } from '../contract.ts';
import { type CallGuardOptions, createCallGuard } from './call-guard.ts';
import { guardDirectory } from './guard-directory.ts';
import { type RememberOptions, rememberAccounts } from './remember-accounts.ts';

export type ResilienceOptions = CallGuardOptions & RememberOptions;

/**
 * Puts any directory behind a time-out, a limit of calls at the same time, retries (of finding only: a password that
 * is checked twice counts as two attempts at the brand), a breaker and a short cache.
 */
export function withResilience(directory: AccountDirectory, options: ResilienceOptions): AccountDirectory {
  return rememberAccounts(guardDirectory(directory, createCallGuard(options)), options);
}
