import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AccountApi, startAccountApi } from '../support/account-api.ts';
import { poll } from '../support/poll.ts';
import {
  answerOf,
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
import { secrets, testBrand, testClients } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** 52: the brand's directory is away, or changes its mind, while consumers, clients and pages go on asking. */

const page = 'https://www.acme.example';
const dana = { id: 'c-dana', login: 'dana', password: 'dana-password', status: 'active' as const };

let api: AccountApi;
let parley: RunningParley;
let web: Client;
let stranger: Client;

/** The cache is as long as it may be where a test shows that it is passed by, and none elsewhere. */
async function start(cache: number): Promise<void> {
  api = await startAccountApi({
    accounts: [
      { ...dana, first_name: 'Dana', account: { number: '4711', plan: 'M' }, billing: { balance: 1 } },
    ],
  });
  const http = {
    url: api.url,
    disabled: "status != 'active'",
    login: { path: '/sessions', id: 'account.id' },
    timeout: 10_000,
    cache,
  };
  const clients = testClients().map((client) =>
    client['id'] === 'stranger' ? client : { ...client, pages: [page] },
  );
  parley = await startParley({ brands: [testBrand({ accounts: { http }, clients })] });
  web = webClient(parley);
  stranger = {
    issuer: parley.issuer,
    clientId: 'stranger',
    secret: secrets.stranger,
    redirectUri: 'https://stranger.example/callback',
  };
}
async function stop(): Promise<void> {
  await parley.stop();
  await api.stop();
}

const newCode = async (visitor: Visitor) =>
  (await authorizeSilently(visitor, authorizationUrl(web, { scope: 'openid account' }))).get('code') ?? '';

async function signedIn(): Promise<Visitor> {
  const visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
  return visitor;
}

/** The page is calm, and its link leads to the same request. */
async function retryOf(response: Response): Promise<string> {
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  const html = await response.text();
  expect(html).toContain('Your account cannot be reached at the moment.');
  expect(html).not.toMatch(/ECONNREFUSED|localhost:\d+\/v1|temporarily_unavailable/);
  const [, link = ''] = /<a class="button" href="([^"]+)">Try again<\/a>/.exec(html) ?? [];
  return new URL(link.replaceAll('&amp;', '&'), parley.issuer).href;
}

describe('52 while the directory is away', () => {
  beforeAll(() => start(0));
  afterAll(stop);
  beforeEach(async () => {
    await api.heal();
    await poll('the directory serves', 20_000, async () => {
      const { directory } = parley.server.sites[0] ?? {};
      return (await directory?.findAccount(dana.id).catch(() => undefined)) !== undefined;
    });
  });

  test('the sign-in page comes again with what was typed, and works when it is back', async () => {
    const visitor = new Visitor();
    const { response } = await visitor.follow(await visitor.get(authorizationUrl(web)), parley.issuer);
    const form = readForm(await response.text());
    await api.cut();
    const submit = (fields: Record<string, string>, action: string) =>
      visitor.post(`${parley.issuer}${action}`, { ...fields, ...dana });
    const again = await submit(form.fields, form.action);
    expect(again.status).toBe(503);
    const html = await again.text();
    expect(html).toContain('Your account cannot be reached at the moment.');
    const second = readForm(html);
    expect(second.fields['login']).toBe('dana');
    expect(html).not.toContain(dana.password);
    await api.heal();
    const done = await visitor.follow(await submit(second.fields, second.action), parley.issuer);
    expect(answerOf(done.url).get('code')).toBeTruthy();
  });

  test('a consumer who is signed in gets a calm page, and its link goes on when it is back', async () => {
    const visitor = await signedIn();
    await api.cut();
    const retry = await retryOf(await visitor.get(authorizationUrl(web, { state: 'a&b"c' })));
    expect(retry).toBe(authorizationUrl(web, { state: 'a&b"c' }).href);
    await api.heal();
    const done = await visitor.follow(await visitor.get(retry), parley.issuer);
    expect(answerOf(done.url).get('state')).toBe('a&b"c');
    expect(answerOf(done.url).get('code')).toBeTruthy();
  });

  test('a consent that was just given is not lost', async () => {
    const visitor = await signedIn();
    const { response } = await visitor.follow(await visitor.get(authorizationUrl(stranger)), parley.issuer);
    const { action, fields } = readForm(await response.text());
    await api.cut();
    const allowed = await visitor.post(`${parley.issuer}${action}`, { ...fields, decision: 'allow' });
    const { response: away } = await visitor.follow(allowed, parley.issuer);
    const retry = await retryOf(away);
    await api.heal();
    const done = await visitor.follow(await visitor.get(retry), parley.issuer);
    expect(answerOf(done.url).get('code')).toBeTruthy();
  });

  test('the client reads temporarily_unavailable, and gets no token with a part of its claims', async () => {
    const visitor = await signedIn();
    const tokens = await exchange(web, await newCode(visitor));
    const code = await newCode(visitor);
    await api.cut();
    for (const answer of [await exchange(web, code), await refresh(web, tokens.body.refresh_token)]) {
      expect(answer.status).toBe(503);
      expect(answer.body.error).toBe('temporarily_unavailable');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(JSON.stringify(answer.body)).not.toMatch(/token"|ECONNREFUSED/);
    }
    expect(await userinfoStatus(web, tokens.body.access_token)).toBe(503);
    await api.heal();
    // A refresh token is not spent by an answer that never came.
    const later = await refresh(web, tokens.body.refresh_token);
    expect(claimsOf(later.body.id_token)['sub']).toBe(dana.id);
  });

  test('an answer of the wrong shape is the same: no token, and the reason in the log alone', async () => {
    const visitor = await signedIn();
    const code = await newCode(visitor);
    api.instead = (_, response) => void response.end('{"id":"c-other","first_name":"Somebody else"}');
    const answer = await exchange(web, code);
    api.instead = undefined;
    expect(answer.body).toMatchObject({ error: 'temporarily_unavailable' });
    expect(JSON.stringify(answer.body)).not.toMatch(/id_token|Somebody|another id/);
    expect(JSON.stringify(parley.log)).toContain('another id than the one that was asked for');
    expect(JSON.stringify(parley.log)).not.toContain('Somebody');
  });

  test("a page's script reads it too", async () => {
    const visitor = await signedIn();
    await api.cut();
    const ask = (path: string) =>
      visitor.post(
        `${parley.issuer}${path}`,
        {
          client_id: 'liveperson',
          redirect_uri: 'https://liveperson.net',
          response_type: 'code',
          scope: 'openid',
          code_challenge: 'x'.repeat(43),
          code_challenge_method: 'S256',
        },
        { origin: page, accept: 'application/json' },
      );
    for (const path of ['/page/authorize', '/page/identity']) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 503]);
      expect(answer.headers.get('access-control-allow-origin')).toBe(page);
      expect(await answer.json()).toMatchObject({ error: 'temporarily_unavailable' });
    }
    await api.heal();
  });

  test('/readyz names the brand and stays ready; the log says it once, and once when it is back', async () => {
    const lines = () =>
      parley.log.map(({ msg }) => msg).filter((msg) => String(msg).startsWith('the account directory'));
    const before = lines().length;
    const readiness = async () => {
      const response = await fetch(`http://localhost:${parley.port}/readyz`);
      return { status: response.status, ...((await response.json()) as { directories: object }) };
    };
    await api.cut();
    await poll(
      'it is named',
      20_000,
      async () => (await readiness()).directories['acme' as never] === 'unavailable',
    );
    expect(await readiness()).toMatchObject({ status: 'ok' });
    const { directory } = parley.server.sites[0] ?? {};
    await Promise.allSettled(Array.from({ length: 30 }, async (_, n) => directory?.findAccount(`c-${n}`)));
    await api.heal();
    await poll('it is back', 20_000, async () => (await readiness()).directories['acme' as never] === 'ok');
    expect(lines().slice(before)).toEqual([
      'the account directory does not answer: it is asked now and then only',
      'the account directory answers again',
    ]);
  });
});

describe('40 an account that the brand disables, with a cache of a minute', () => {
  beforeAll(() => start(60));
  afterAll(stop);

  test('loses its refresh token and its identity on pages at once, and with them everything else', async () => {
    const visitor = await signedIn();
    const tokens = await exchange(web, await newCode(visitor));
    const identity = async () => {
      const answer = await visitor.post(
        `${parley.issuer}/page/identity`,
        { client_id: 'liveperson' },
        { origin: page },
      );
      return answer.json();
    };
    expect(await identity()).toMatchObject({ sub: dana.id });
    api.account(dana.id).status = 'closed';
    // What is read without asking anew is as old as the cache allows.
    expect(await userinfoStatus(web, tokens.body.access_token)).toBe(200);
    expect((await refresh(web, tokens.body.refresh_token)).body.error).toBe('invalid_grant');
    expect(await identity()).toBeNull();
    expect(await userinfoStatus(web, tokens.body.access_token)).toBe(401);
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
  });
});
