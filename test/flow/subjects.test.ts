import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Listener, startListener } from '../support/listener.ts';
import { poll } from '../support/poll.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  createPkce,
  exchange,
  postAsClient,
  refresh,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/** How a client's tokens name the consumer, and that every place names them alike. Only Dana has a last payment. */
const page = 'https://www.acme.example';
const legacySub = '4711-0815';

let parley: RunningParley;
let told: Listener;

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  told = await startListener();
  const client = (id: string, subject: unknown) => ({
    id,
    subject,
    secret: secrets.web,
    flows: ['code', 'pkce', 'implicit'],
    first_party: true,
    refresh_tokens: true,
    redirect_uris: [`https://${id}.example/callback`, `https://other.${id}.example/callback`],
    post_logout_redirect_uris: [`https://${id}.example/bye`],
    pages: [page],
    backchannel_logout_uri: `${told.origin}/${id}`,
  });
  parley = await startParley({
    brands: [
      testBrand({
        internal_hosts: [`127.0.0.1:${told.port}`],
        subject: { template: 'billing.last_payment && account.number' },
        clients: [
          client('legacy', undefined),
          client('own', 'public'),
          client('everybody', { template: 'account.number' }),
          client('number', { template: 'billing.balance' }),
          client('failing', { template: 'length(billing.balance)' }),
          client('blank', { template: 'account.plan' }),
        ],
      }),
    ],
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await Promise.all([parley.stop(), told.stop()]);
});

const clientOf = (clientId: string): Client => ({
  issuer: parley.issuer,
  clientId,
  secret: secrets.web,
  redirectUri: `https://${clientId}.example/callback`,
});

async function signedIn(clientId = 'legacy', consumer = dana) {
  const visitor = new Visitor();
  const landed = await signIn(visitor, authorizationUrl(clientOf(clientId)), consumer);
  const { body } = await exchange(clientOf(clientId), answerOf(landed).get('code') ?? '');
  return { visitor, tokens: body };
}

const onPage = (visitor: Visitor, path: string, form: Record<string, string>) =>
  visitor.post(`${parley.issuer}${path}`, { client_id: 'legacy', ...form }, { origin: page, accept: '*/*' });

describe('a subject from the record', () => {
  test('is in the ID token of either flow, at userinfo, at introspection and in a refreshed ID token', async () => {
    const { visitor, tokens } = await signedIn();
    expect(claimsOf(tokens.id_token)['sub']).toBe(legacySub);
    const userinfo = await fetch(`${parley.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(await userinfo.json()).toMatchObject({ sub: legacySub });
    for (const token of [tokens.access_token, tokens.refresh_token]) {
      const { body } = await postAsClient(clientOf('legacy'), '/token/introspection', { token });
      expect(body).toMatchObject({ active: true, sub: legacySub });
    }
    const renewed = await refresh(clientOf('legacy'), tokens.refresh_token);
    expect(claimsOf(renewed.body.id_token)['sub']).toBe(legacySub);
    const url = authorizationUrl(clientOf('legacy'), { response_type: 'id_token', nonce: 'n' });
    const implicit = await authorizeSilently(visitor, url);
    expect(claimsOf(implicit.get('id_token') ?? '')['sub']).toBe(legacySub);
  });

  test("answers a page's question, and is what a page expects", async () => {
    const { visitor } = await signedIn();
    const identity = await onPage(visitor, '/page/identity', {});
    expect(await identity.json()).toEqual({ iss: parley.issuer, sub: legacySub });
    const request = (expectedSub: string) => ({
      response_type: 'code',
      scope: 'openid',
      redirect_uri: clientOf('legacy').redirectUri,
      ...createPkce().challenge,
      expected_sub: expectedSub,
    });
    const right = await onPage(visitor, '/page/authorize', request(legacySub));
    expect(await right.json()).toMatchObject({ code: expect.any(String) });
    const wrong = await onPage(visitor, '/page/authorize', request(dana.sub));
    expect(await wrong.json()).toMatchObject({ error: 'login_required' });
  });

  test('is what the hint of an earlier ID token is compared with', async () => {
    const [mine, other] = [await signedIn('everybody'), await signedIn('everybody', sam)];
    const hinted = (hint: string) =>
      authorizeSilently(mine.visitor, authorizationUrl(clientOf('everybody'), { id_token_hint: hint }));
    expect((await hinted(mine.tokens.id_token)).get('code')).toBeTruthy();
    expect((await hinted(other.tokens.id_token)).get('error')).toBe('login_required');
  });

  test('signs out without a question, and is in the back-channel logout token', async () => {
    const { visitor, tokens } = await signedIn();
    told.received.length = 0;
    const end = new URL(`${parley.issuer}/session/end`);
    end.searchParams.set('id_token_hint', tokens.id_token);
    end.searchParams.set('post_logout_redirect_uri', 'https://legacy.example/bye');
    const left = await visitor.get(end);
    expect(left.headers.get('location')).toBe('https://legacy.example/bye');
    await poll('the logout token arrives', 20_000, () => told.received.length === 1);
    const token = new URLSearchParams(told.received[0]?.body).get('logout_token') ?? '';
    expect(claimsOf(token)).toMatchObject({ sub: legacySub, sid: expect.any(String) });
  });

  test('is in the back-channel logout token also when the account is gone meanwhile', async () => {
    const { visitor } = await signedIn();
    told.received.length = 0;
    const directory = parley.server.sites[0]!.directory;
    const find = jest.spyOn(directory, 'findAccount').mockResolvedValue(undefined);
    try {
      await onPage(visitor, '/page/sign-out', {});
    } finally {
      find.mockRestore();
    }
    await poll('the logout token arrives', 20_000, () => told.received.length === 1);
    const token = new URLSearchParams(told.received[0]?.body).get('logout_token') ?? '';
    expect(claimsOf(token)['sub']).toBe(legacySub);
  });
});

describe('an account without that value', () => {
  const refusals = () => parley.log.filter(({ msg }) => String(msg).startsWith('an account has no subject'));

  test('is refused at that client, by page and silently, and served at another', async () => {
    const visitor = new Visitor();
    const landed = await signIn(visitor, authorizationUrl(clientOf('legacy')), sam);
    expect(landed.origin).toBe('https://legacy.example');
    expect(answerOf(landed).get('error')).toBe('access_denied');
    expect(answerOf(landed).get('code')).toBeNull();
    expect(refusals().at(-1)).toMatchObject({
      level: 'error',
      brand: 'acme',
      clientId: 'legacy',
      accountId: sam.sub,
      reason: 'the record has no value',
    });
    const silent = await authorizeSilently(visitor, authorizationUrl(clientOf('legacy')));
    expect(silent.get('error')).toBe('access_denied');
    expect(await (await onPage(visitor, '/page/identity', {})).json()).toBeNull();
    const code = (await authorizeSilently(visitor, authorizationUrl(clientOf('own')))).get('code') ?? '';
    const { body } = await exchange(clientOf('own'), code);
    expect(claimsOf(body.id_token)['sub']).toBe(sam.sub);
  });

  test.each([
    ['number', /no text \(number\): use to_string\(\)/],
    ['failing', /length\(\) expected argument 1/],
    ['blank', /255 ASCII characters without blanks/],
  ])('%s: a value that is no subject refuses too', async (id, reason) => {
    const landed = await signIn(new Visitor(), authorizationUrl(clientOf(id)), dana);
    expect(answerOf(landed).get('error')).toBe('access_denied');
    expect(refusals().at(-1)).toMatchObject({ clientId: id, reason: expect.stringMatching(reason) });
    // The reason tells no value.
    expect(JSON.stringify(refusals().at(-1))).not.toMatch(/84\.2|Unlimited/);
  });

  test('that loses it loses its tokens', async () => {
    const { tokens } = await signedIn();
    const { directory } = parley.server.sites[0]!;
    const account = await directory.findAccount(dana.sub);
    const find = jest.spyOn(directory, 'findAccount').mockResolvedValue({ ...account!, record: {} });
    try {
      expect((await refresh(clientOf('legacy'), tokens.refresh_token)).body.error).toBe('invalid_grant');
      const userinfo = await fetch(`${parley.issuer}/userinfo`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
      expect(userinfo.status).toBe(401);
    } finally {
      find.mockRestore();
    }
  });
});
