import type { AccountDirectory } from '../contract.ts';
import { type CallGuardOptions, createCallGuard } from './call-guard.ts';
import { guardDirectory } from './guard-directory.ts';
import { type RememberOptions, rememberAccounts } from './remember-accounts.ts';

export interface ResilienceOptions extends CallGuardOptions, RememberOptions {
  /** Sees what is really asked. */
  watch?: ((directory: AccountDirectory) => AccountDirectory) | undefined;
}

/**
 * Puts any directory behind a time-out, a limit of calls at the same time, retries (of finding only: a password that
 * is checked twice counts as two attempts at the brand), a breaker and a short cache.
 */
export function withResilience(directory: AccountDirectory, options: ResilienceOptions): AccountDirectory {
  const guarded = guardDirectory(directory, createCallGuard(options));
  return rememberAccounts(options.watch?.(guarded) ?? guarded, options);
}
