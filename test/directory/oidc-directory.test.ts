import { describe, expect, test } from '@jest/globals';
import { createOidcDirectory } from '../../src/directory/oidc/oidc-directory.ts';
import { findUpstreamAccount, toRecord } from '../../src/directory/oidc/upstream-account.ts';
import { describeDirectoryContract } from '../contract/directory-contract.ts';

describeDirectoryContract('oidc', open, { passwords: false });

async function open() {
  const records = new Map<string, Record<string, unknown>>([
    ['u-Dana-2482', { sub: 'u-Dana-2482', given_name: 'Dana', address: { country: 'DE' } }],
  ]);
  let isCut = false;
  const reach = <T>(value: T): Promise<T> =>
    isCut ? Promise.reject(new Error('redis://:secret-of-the-store@host')) : Promise.resolve(value);
  return {
    directory: createOidcDirectory({
      find: (id) => reach(records.get(id)),
      save: async (id, record) => void records.set(id, { ...record }),
    }),
    known: { accountId: 'u-Dana-2482', login: 'dana', password: 'not-known-here' },
    disabled: { accountId: 'gone', login: 'gone', password: 'gone' },
    secrets: ['secret-of-the-store'],
    cut: async () => {
      isCut = true;
    },
    dispose: async () => {},
  };
}

describe('63 the account of an upstream sign-in', () => {
  test.each([
    ['an id', { sub: '1' }, 'sub', '1'],
    ['a verified e-mail address', { email: 'a@b.example', email_verified: true }, 'email', 'a@b.example'],
    [
      'a claim of its own',
      { 'https://acme.example/customer': 'c-1' },
      'https://acme.example/customer',
      'c-1',
    ],
  ])('is %s', (_name, claims, name, accountId) => {
    expect(findUpstreamAccount([claims], name)).toEqual({ accountId });
  });

  test.each([
    ['an e-mail address that nobody verified', { email: 'a@b.example', email_verified: false }, 'email'],
    ['an e-mail address of which nothing is said', { email: 'a@b.example' }, 'email'],
    ['one that is verified in words', { email: 'a@b.example', email_verified: 'true' }, 'email'],
    ['a telephone number that nobody verified', { phone_number: '+491' }, 'phone_number'],
    ['no text', { sub: 7 }, 'sub'],
    ['empty', { sub: '' }, 'sub'],
    ['too long', { sub: 'x'.repeat(256) }, 'sub'],
    ['absent', {}, 'sub'],
    ['inherited', {}, 'constructor'],
  ])('is not %s', (_name, claims, name) => {
    expect(findUpstreamAccount([claims], name)).toHaveProperty('reason');
  });

  test('is verified by the answer that names it', () => {
    const proved = { email: 'dana@example.com', email_verified: true };
    const other = { email: 'sam@example.com' };
    expect(findUpstreamAccount([other, proved], 'email')).toEqual({ reason: 'email_verified is not true' });
    expect(findUpstreamAccount([{}, proved], 'email')).toEqual({ accountId: 'dana@example.com' });
    expect(findUpstreamAccount([{ email: 'dana@example.com' }, proved], 'email')).toEqual({
      accountId: 'dana@example.com',
    });
    const denied = { ...proved, email_verified: false };
    expect(findUpstreamAccount([denied, { email_verified: true }], 'email')).toHaveProperty('reason');
  });
});

test('a record is what is said of the consumer, and userinfo wins', () => {
  const idToken = {
    iss: 'i',
    aud: 'a',
    exp: 1,
    iat: 1,
    nonce: 'n',
    sid: 's',
    acr: 'x',
    sub: '1',
    name: 'Old',
  };
  expect(toRecord(idToken, { sub: '1', name: 'New', zoneinfo: 'Europe/Berlin' })).toEqual({
    sub: '1',
    name: 'New',
    zoneinfo: 'Europe/Berlin',
  });
});
