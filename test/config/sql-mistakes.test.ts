import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { formatProblem } from '../../src/config/config-error.ts';
import { brandWith, createTemporaryConfig } from './temporary-config.ts';

const good = {
  url: 'postgres://parley:the-password@db.acme.example/shop',
  find: 'select * from customers where id = :id',
  login: 'select id, hash from customers where email = :login',
  password: { column: 'hash' },
};

/** What the operator reads about a brand with this database. */
async function linesOf(sql: object): Promise<string[]> {
  const accounts = stringify({ sql })
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
  const brand = brandWith('  file: { path: accounts.yaml }\n', accounts);
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brand });
  try {
    return (await config.problems({}, brandChecks)).map(formatProblem);
  } finally {
    await config.remove();
  }
}

test.each([
  ['PostgreSQL', {}],
  ['MariaDB', { url: 'mariadb://parley:p%40ss@db.acme.example:3307/shop' }],
  ['MySQL on this machine', { url: 'mysql://parley@127.0.0.1/shop' }],
  ['an IPv6 address', { url: 'postgresql://parley@[::1]/shop' }],
])('%s without a mistake', async (_, changes) => {
  expect(await linesOf({ ...good, ...changes })).toEqual([]);
});

test.each([
  ['no address', { url: undefined }, 'accounts.sql.url: is missing'],
  [
    'another kind of address',
    { url: 'https://db.acme.example' },
    'sql.url: is not the address of a database',
  ],
  [
    'no database',
    { url: 'postgres://parley@db.acme.example' },
    'sql.url: has no host, no name to sign in with',
  ],
  [
    'verification switched off',
    { url: `${good.url}?sslmode=no-verify` },
    'sql.url: has settings behind a question',
  ],
  ['a broken password', { url: 'postgres://parley:50%@db.acme.example/shop' }, 'sql.url: has a percent sign'],
  [
    'an address that cannot be verified',
    { url: 'mysql://parley@10.0.0.7/shop' },
    'sql.url: has an address where a certificate needs a name',
  ],
  ['an open network', { tls: { enabled: false } }, 'sql.tls: warning: sends accounts and password hashes'],
  [
    'an authority that is none',
    { tls: { ca: 'nothing' } },
    'sql.tls: has a certificate or key that cannot be used',
  ],
  ['no :id', { find: "select * from customers where id = ':id'" }, 'sql.find: does not use :id'],
  [
    'a misspelt :id',
    { find: 'select * from customers where id = :ID' },
    'sql.find: has an unknown parameter :ID',
  ],
  ['no :login', { login: 'select id, hash from customers' }, 'sql.login: does not use :login'],
  ['two statements', { find: 'select :id; delete from customers' }, 'sql.find: has more than one statement'],
  [
    "the driver's placeholder",
    { find: 'select * from customers where id = $1' },
    'sql.find: has $1 for a value',
  ],
  [
    'an open text',
    { find: "select * from customers where id = :id and a = 'b" },
    'sql.find: has a text that is not',
  ],
  ['no column of the hash', { password: undefined }, 'sql.login: finds no password hash'],
  ['no statement for passwords', { login: undefined }, 'sql.password: is never used without login'],
  ['no way to check a password', { login: undefined, password: undefined }, 'sql: can check no password'],
  [
    'an unknown format',
    { password: { column: 'hash', format: 'bcrpyt' } },
    'sql.password.format: must be one of',
  ],
])('with %s has one problem, which quotes no password', async (_, changes, expected) => {
  const lines = await linesOf({ ...good, ...changes });
  expect(lines).toEqual([expect.stringContaining(expected)]);
  expect(lines.join()).not.toMatch(/the-password|db\.acme\.example\/shop/);
});

test('all mistakes of a database come out at once', async () => {
  const lines = await linesOf({ ...good, url: undefined, find: 'select 1', login: 'select 1' });
  expect(lines).toHaveLength(3);
});
