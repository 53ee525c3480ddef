import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { hashClientSecret } from '../../src/keys/client-secret-hash.ts';
import { createTemporaryConfig, goodBrand, headline } from './temporary-config.ts';

const value = 'a-secret-of-a-client-0123456789';
const hash = hashClientSecret('another-secret-0123456789');
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

async function faultsOf(credentials: object): Promise<string[]> {
  const client = { id: 'web', redirect_uris: ['https://shop.acme.example/callback'], ...credentials };
  const brand = goodBrand.replace(/^clients:\n(?:[ -].*\n)*/m, '');
  const text = `${brand}${stringify({ clients: [client] })}`;
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': text });
  try {
    return (await config.problems({})).map(headline).map((line) => line.replace(/^\S+ /, ''));
  } finally {
    await config.remove();
  }
}

test('two secrets, by value or hash, have neither problem nor warning', async () => {
  expect(await faultsOf({ secrets: [{ hash }, { value, expires: inDays(3) }] })).toEqual([]);
  expect(await faultsOf({ secret: value, secrets: [{ hash }] })).toEqual([]);
  expect(await faultsOf({ secrets: [{ hash, expires: inDays(300) }] })).toEqual([]);
});

test.each([
  [{ secrets: [{}] }, 'clients[0].secrets[0]: has no value'],
  [{ secrets: [{ value, hash }] }, 'clients[0].secrets[0]: has both value and hash'],
  [{ secret: value, secrets: [{ hash }, { hash }] }, 'clients[0].secrets: are three with secret'],
  [
    { secrets: [{ hash, expires: '2027-02-31T25:00Z' }] },
    'clients[0].secrets[0].expires: is no day of the calendar',
  ],
  [{ secrets: [{ hash }], token_endpoint_auth_method: 'none' }, 'clients[0].secrets: is never used'],
])('%j', async (credentials, problem) => {
  expect(await faultsOf(credentials)).toEqual([problem]);
});

test.each([
  [{ secrets: [{ hash: 'sha256:short' }] }, 'clients[0].secrets[0].hash'],
  [{ secrets: [{ value: 'short' }] }, 'clients[0].secrets[0].value'],
  [{ secrets: [{ hash, expires: 'next year' }] }, 'clients[0].secrets[0].expires'],
  [{ secrets: [] }, 'clients[0].secrets'],
])('%j is wrong at %s, and its value stands in no message', async (credentials, place) => {
  const faults = await faultsOf(credentials);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(`${place}: `);
  expect(faults[0]).not.toContain('short');
});

test('a secret that ends without a later one is a warning before it ends and after', async () => {
  expect(
    await faultsOf({
      secrets: [
        { hash, expires: inDays(9) },
        { value, expires: inDays(2) },
      ],
    }),
  ).toEqual(['clients[0].secrets[0].expires: warning: is in 9 days, and web has no later secret']);
  expect(await faultsOf({ secrets: [{ hash, expires: '2020-01-01' }] })).toEqual([
    'clients[0].secrets[0].expires: warning: is over: web has no secret',
  ]);
});
