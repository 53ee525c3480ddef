import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/** LivePerson's bots act for the consumer: here it keeps the access token, and reads `scope` in the answer. */

const redirectUri = 'https://va.idp.liveperson.net/callback/12345678/redirectCode';

let parley: RunningParley;
let visitor: Visitor;
const clientOf = (clientId: string): Client => ({
  issuer: parley.issuer,
  clientId,
  secret: secrets.liveperson,
  redirectUri,
});

beforeAll(async () => {
  const bot = {
    platform: 'liveperson',
    secret: secrets.liveperson,
    flows: ['code', 'pkce'],
    redirect_uris: [redirectUri],
    openid_includes: ['account'],
  };
  const clients = [
    ...testClients(),
    { ...bot, id: 'bot' },
    { ...bot, id: 'lasting-bot', refresh_tokens: true },
  ];
  parley = await startParley({ brands: [testBrand({ clients })] });
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(clientOf('bot')), dana);
});
afterAll(() => parley.stop());

async function redeem(client: Client, scope: string) {
  const code = (await authorizeSilently(visitor, authorizationUrl(client, { scope }))).get('code') ?? '';
  return exchange(client, code);
}

test('the token answer says its scope, and the access token works for the consumer', async () => {
  const { status, body } = await redeem(clientOf('bot'), 'openid account billing');
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid account billing' });
  expect(claimsOf(body.id_token)).toMatchObject({ sub: dana.sub, account_number: '4711-0815' });
  expect(await userinfoStatus(clientOf('bot'), body.access_token)).toBe(200);
});

test('there is no refresh token unless the client is set to get one', async () => {
  expect((await redeem(clientOf('bot'), 'openid')).body).not.toHaveProperty('refresh_token');
  const stubborn = await redeem(clientOf('bot'), 'openid offline_access');
  expect(stubborn.body).not.toHaveProperty('refresh_token');
});

test('a client that is set to get one can use it, and no other client can', async () => {
  const client = clientOf('lasting-bot');
  const { body } = await redeem(client, 'openid account');
  const next = await refresh(client, body.refresh_token);
  expect(next.status).toBe(200);
  expect(next.body).toMatchObject({ scope: 'openid account' });
  expect(claimsOf(next.body.id_token)['sub']).toBe(dana.sub);

  const stolen = await refresh(clientOf('bot'), body.refresh_token);
  expect(stolen.status).toBe(400);
  expect(stolen.body).not.toHaveProperty('access_token');
});

test('the redirect URI is that of one account, character by character', async () => {
  for (const other of [
    redirectUri.replace('12345678', '87654321'),
    redirectUri.replace('va.idp', 'lo.idp'),
    `${redirectUri}/`,
  ]) {
    const response = await visitor.get(authorizationUrl({ ...clientOf('bot'), redirectUri: other }));
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  }
});
