import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { type Listener, startListener } from '../support/listener.ts';
import { poll } from '../support/poll.ts';
import { publishedKeys } from '../support/published-keys.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';

/** OpenID Connect Back-Channel Logout 1.0; where it does not reach: security/outbound. */

let told: Listener;
let failing: Listener;

beforeAll(async () => {
  // Within Jest the library finds nothing for its guard to ride on, and says so.
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  [told, failing] = await Promise.all([
    startListener(),
    startListener((response) => {
      response.statusCode = 500;
      response.end();
    }),
  ]);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await Promise.all([told.stop(), failing.stop()]);
});
beforeEach(() => {
  told.received.length = 0;
  failing.received.length = 0;
});

function brandWithListeners() {
  const common = { secret: secrets.web, first_party: true, refresh_tokens: true };
  return testBrand({
    internal_hosts: [told, failing].map(({ port }) => `127.0.0.1:${port}`),
    clients: [
      ...testClients(),
      {
        ...common,
        id: 'told',
        redirect_uris: ['https://told.example/callback'],
        backchannel_logout_uri: `${told.origin}/logged-out`,
      },
      {
        ...common,
        id: 'failing',
        redirect_uris: ['https://failing.example/callback'],
        backchannel_logout_uri: `${failing.origin}/logged-out`,
      },
    ],
  });
}

const clientOf = (parley: { issuer: string }, id: string): Client => ({
  issuer: parley.issuer,
  clientId: id,
  secret: secrets.web,
  redirectUri: `https://${id}.example/callback`,
});

async function signedIn(parley: { issuer: string }, ids = ['told']) {
  const visitor = new Visitor();
  await signIn(visitor, authorizationUrl(clientOf(parley, ids[0] ?? '')), dana);
  const tokens = new Map<string, string>();
  for (const id of ids) {
    const client = clientOf(parley, id);
    const code = (await authorizeSilently(visitor, authorizationUrl(client))).get('code') ?? '';
    tokens.set(id, (await exchange(client, code)).body.id_token);
  }
  return { visitor, tokens };
}

async function signOut(visitor: Visitor, parley: { issuer: string }): Promise<Response> {
  const page = await visitor.get(`${parley.issuer}/session/end`);
  const { action, fields } = readForm(await page.text());
  return visitor.post(action, { xsrf: fields['xsrf'] ?? '', logout: 'yes' });
}

describe('a client with a back-channel logout address', () => {
  let parley: RunningParley;
  beforeAll(async () => {
    parley = await startParley({ brands: [brandWithListeners()] });
  });
  afterAll(() => parley.stop());

  test('is told of a sign-out with a logout token that verifies', async () => {
    const { visitor, tokens } = await signedIn(parley);
    await signOut(visitor, parley);
    await poll('the logout token arrives', 20_000, () => told.received.length > 0);

    const [request] = told.received;
    expect(request?.method).toBe('POST');
    expect(request?.headers['content-type']).toContain('application/x-www-form-urlencoded');
    const jwks = publishedKeys(parley.issuer);
    const token = new URLSearchParams(request?.body).get('logout_token') ?? '';
    const { payload, protectedHeader } = await jwtVerify(token, jwks, {
      issuer: parley.issuer,
      audience: 'told',
      typ: 'logout+jwt',
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect(payload).toMatchObject({
      sub: dana.sub,
      sid: claimsOf(tokens.get('told') ?? '')['sid'],
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.any(String),
    });
    expect(payload.sid).toBeTruthy();
    // A nonce would let it pass as an ID token (Back-Channel Logout 2.4); claims would tell what nobody asked.
    for (const name of ['nonce', 'email', 'account_number']) expect(payload).not.toHaveProperty(name);
    expect(told.received).toHaveLength(1);
  });

  test('is told of a sign-out at another relying party, and of a switch of consumer', async () => {
    const { visitor, tokens } = await signedIn(parley);
    const end = `${parley.issuer}/session/end?id_token_hint=${tokens.get('told')}`;
    await visitor.get(end);
    await poll('the logout token arrives', 20_000, () => told.received.length === 1);

    const again = await signedIn(parley);
    await signIn(again.visitor, authorizationUrl(clientOf(parley, 'failing'), { prompt: 'login' }), sam);
    await poll('the second logout token arrives', 20_000, () => told.received.length === 2);
    const logoutToken = new URLSearchParams(told.received[1]?.body).get('logout_token') ?? '';
    expect(claimsOf(logoutToken)['sub']).toBe(dana.sub);
  });

  test('that fails keeps nobody signed in, nor others uninformed', async () => {
    const { visitor } = await signedIn(parley, ['failing', 'told']);
    expect((await signOut(visitor, parley)).status).toBe(303);
    await poll('both are asked', 20_000, () => told.received.length === 1 && failing.received.length === 1);
    const answer = await authorizeSilently(visitor, authorizationUrl(clientOf(parley, 'told')));
    expect(answer.get('error')).toBe('login_required');
  });

  test('hears nothing of sessions that it had no part in', async () => {
    const { visitor } = await signedIn(parley, ['failing']);
    await signOut(visitor, parley);
    await poll('the other is told', 20_000, () => failing.received.length === 1);
    expect(told.received).toEqual([]);
  });
});
