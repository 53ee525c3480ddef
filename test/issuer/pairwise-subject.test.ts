import { expect, test } from '@jest/globals';
import type { Client } from 'oidc-provider';
import { createPairwiseSubject } from '../../src/issuer/pairwise-subject.ts';

const subjectOf = createPairwiseSubject('a-salt-of-the-test');
const at = (accountId: string, client: Partial<Client>) => subjectOf(accountId, client as Client);

test('one consumer has one subject per sector and another at each other sector', () => {
  const shop = { redirectUris: ['https://shop.example/cb'] };
  expect(at('dana', shop)).toBe(at('dana', { redirectUris: ['https://shop.example/other'] }));
  expect(at('dana', shop)).not.toBe(at('dana', { redirectUris: ['https://bank.example/cb'] }));
  expect(at('dana', shop)).not.toBe(at('sam', shop));
});

test('a sector identifier joins several hosts', () => {
  const sectorIdentifierUri = 'https://liveperson.net/';
  const embedded = { sectorIdentifierUri, redirectUris: ['https://liveperson.net'] };
  expect(at('dana', embedded)).toBe(
    at('dana', { ...embedded, redirectUris: ['https://lpcdn.lpsnmedia.net/x'] }),
  );
});

test('two apps with schemes of their own are two sectors', () => {
  expect(at('dana', { redirectUris: ['com.acme.one:/cb'] })).not.toBe(
    at('dana', { redirectUris: ['org.other.two:/cb'] }),
  );
});

test('the subject does not tell the account', () => {
  expect(at('dana', { redirectUris: ['https://shop.example/cb'] })).toMatch(/^[A-Za-z0-9_-]{43}$/);
});
