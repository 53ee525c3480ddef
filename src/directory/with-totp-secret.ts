import type { Account, AccountDirectory } from './contract.ts';

/**
 * Keeps the secrets of one-time codes out of what everybody else sees: the member is taken out of every record, and
 * only `findTotpSecret` answers it.
 *
 * @param member where it stands in the record; dots go deeper
 */
export function withTotpSecret(directory: AccountDirectory, member: string): AccountDirectory {
  const path = member.split('.');
  const publicPart = (account: Account): Account => ({
    ...account,
    record: without(account.record, path),
  });
  const { checkPassword } = directory;
  return {
    ...directory,
    async findAccount(accountId, options) {
      const account = await directory.findAccount(accountId, options);
      return account && publicPart(account);
    },
    async findTotpSecret(accountId) {
      // An app that was set up a moment ago must not be passed by.
      const account = await directory.findAccount(accountId, { fresh: true });
      const secret = path.reduce<unknown>(memberOf, account?.record);
      return typeof secret === 'string' && secret !== '' ? secret : undefined;
    },
    ...(checkPassword && {
      async checkPassword(attempt) {
        const outcome = await checkPassword.call(directory, attempt);
        return outcome.kind === 'signed-in'
          ? { kind: 'signed-in', account: publicPart(outcome.account) }
          : outcome;
      },
    }),
  };
}

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function without(record: Account['record'], [name = '', ...deeper]: readonly string[]): Account['record'] {
  const { [name]: member, ...rest } = record;
  return deeper.length > 0 && isRecord(member) ? { ...rest, [name]: without(member, deeper) } : rest;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
