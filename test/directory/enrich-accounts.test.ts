import { describe, expect, jest, test } from '@jest/globals';
import { compileExpression } from '../../src/claims/compile-expression.ts';
import type { Account, AccountDirectory } from '../../src/directory/contract.ts';
import { type Enrichment, enrichAccounts } from '../../src/directory/enrich-accounts.ts';
import { ParleyError } from '../../src/errors.ts';

function directoryOf(accounts: Record<string, Account['record']>): AccountDirectory {
  const find = (id: string): Account | undefined => {
    const record = accounts[id];
    return record && { accountId: id, record };
  };
  return {
    findAccount: async (id) => find(id),
    checkPassword: async ({ login, password }) => {
      const account = find(login);
      return account && password === 'right' ? { kind: 'signed-in', account } : { kind: 'refused' };
    },
    ping: async () => {},
    close: async () => {},
  };
}

const down: AccountDirectory = {
  findAccount: () => Promise.reject(new ParleyError('directory_unavailable', 'connection refused')),
  ping: () => Promise.reject(new ParleyError('directory_unavailable', 'connection refused')),
  close: async () => {},
};

const dana = { first_name: 'Dana', customer: 4711, billing: 'of the first directory' };
const people = directoryOf({ 'c-1': dana });
const billing = directoryOf({ '4711': { balance: 84.2 }, 'c-1': { balance: 1 } });

function enriched(enrichment: Partial<Enrichment> & { by?: string }, from = people) {
  const log = { warn: jest.fn() };
  const { by, ...rest } = enrichment;
  const directory = enrichAccounts({
    directory: from,
    enrichments: [
      {
        as: 'billing',
        directory: billing,
        keyOf: by === undefined ? undefined : compileExpression(by).evaluate,
        optional: false,
        ...rest,
      },
    ],
    log,
  });
  return { directory, log };
}

describe('an enriched account', () => {
  test('has the second record under its name, by the id', async () => {
    const { directory } = enriched({});
    const account = await directory.findAccount('c-1');
    expect(account).toEqual({ accountId: 'c-1', record: { ...dana, billing: { balance: 1 } } });
  });

  test('has it by a key of the first record, also when it has just signed in', async () => {
    const { directory } = enriched({ by: 'customer' });
    const account = { accountId: 'c-1', record: { ...dana, billing: { balance: 84.2 } } };
    expect(await directory.findAccount('c-1')).toEqual(account);
    expect(await directory.checkPassword?.({ login: 'c-1', password: 'right' })).toEqual({
      kind: 'signed-in',
      account,
    });
  });

  test.each([
    ['an unknown key', 'first_name'],
    ['no key', 'nothing'],
    ['an empty key', "''"],
    ['an address that nobody verified', 'email_verified && email'],
    ['a false key', '`false`'],
  ])('63 with %s has null there, and nothing of the first directory', async (_, by) => {
    const { directory } = enriched({ by });
    expect((await directory.findAccount('c-1'))?.record).toEqual({ ...dana, billing: null });
  });

  test.each([
    ['a list', '[customer]'],
    ['true', '`true`'],
    ['a fraction', '`1.5`'],
    ['a type that a function does not take', 'starts_with(customer, `1`)'],
  ])('whose key is %s is unavailable, and the reason names the enrichment', async (_, by) => {
    const { directory } = enriched({ by });
    await expect(directory.findAccount('c-1')).rejects.toMatchObject({
      code: 'directory_unavailable',
      message: expect.stringMatching(/^enrich billing: `by` /),
    });
  });

  test('that the first directory does not know is not looked for in the second', async () => {
    const second = { ...billing, findAccount: jest.fn(billing.findAccount) };
    const { directory } = enriched({ directory: second });
    expect(await directory.findAccount('nobody')).toBeUndefined();
    expect(await directory.checkPassword?.({ login: 'c-1', password: 'wrong' })).toEqual({ kind: 'refused' });
    expect(second.findAccount).not.toHaveBeenCalled();
  });

  test('cannot sign in by a password that the second directory would take', async () => {
    const { checkPassword, ...withoutPasswords } = people;
    expect(checkPassword).toBeDefined();
    expect(enriched({}, withoutPasswords).directory.checkPassword).toBeUndefined();
  });
});

describe('an enrichment that cannot be reached', () => {
  test('makes the account unavailable: no record is half filled', async () => {
    const { directory } = enriched({ directory: down });
    await expect(directory.findAccount('c-1')).rejects.toMatchObject({ code: 'directory_unavailable' });
    await expect(directory.checkPassword?.({ login: 'c-1', password: 'right' })).rejects.toMatchObject({
      code: 'directory_unavailable',
    });
    await expect(directory.ping()).rejects.toMatchObject({ code: 'directory_unavailable' });
  });

  test('and is optional is left out with a line in the log', async () => {
    const { directory, log } = enriched({ directory: down, optional: true });
    expect((await directory.findAccount('c-1'))?.record).toEqual({ ...dana, billing: null });
    await expect(directory.ping()).resolves.toBeUndefined();
    expect(log.warn).toHaveBeenCalledWith(
      { enrichment: 'billing', reason: 'connection refused' },
      'an optional enrichment is left out',
    );
  });
});

test('closing ends every directory', async () => {
  const closed: string[] = [];
  const closing = (name: string) => ({ ...people, close: async () => void closed.push(name) });
  const { directory } = enriched({ directory: closing('second') }, closing('first'));
  await directory.close();
  expect(closed.toSorted()).toEqual(['first', 'second']);
});
