import type { AccountDirectory } from '../contract.ts';
import type { CallGuard } from './call-guard.ts';

/** Each question to the directory goes through the guard. */
export function guardDirectory(directory: AccountDirectory, guard: CallGuard): AccountDirectory {
  const { checkPassword } = directory;
  return {
    findAccount: (accountId) =>
      guard.run(() => directory.findAccount(accountId, { fresh: true }), { repeatable: true }),
    ...(checkPassword && {
      checkPassword: (attempt) => guard.run(() => checkPassword(attempt), { repeatable: false }),
    }),
    ping: () => guard.run(() => directory.ping(), { repeatable: false }),
    close: () => directory.close(),
  };
}
