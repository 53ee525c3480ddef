import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TOTP } from 'otpauth';
import { createCanaries } from '../../support/canaries.ts';
import { findFreePort } from '../../support/free-port.ts';
import { type Listener, startListener } from '../../support/listener.ts';
import {
  livechatSettings,
  type RunningLiveChat,
  startLiveChatTwin,
  livechatApp,
} from '../../support/livechat-twin.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  createPkce,
  exchange,
  postAsClient,
  refresh,
  signIn,
} from '../../support/relying-party.ts';
import { type ParleyProcess, runParleyToEnd, spawnParley } from '../../support/spawn-parley.ts';
import { dana, sam, testBrand, testClients, tia } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';

/**
 * docs/security.md 41: secrets are planted everywhere, everything is done right and wrong at the level trace, and what
 * the process wrote, published and answered is searched for them.
 */

const canaries = createCanaries();
const page = 'https://www.acme.example';
const secrets = {
  CANARY_CLIENT: canaries.plant('client secret'),
  CANARY_DATABASE: canaries.plant('database password'),
  CANARY_API: canaries.plant('account API token'),
  CANARY_LIVECHAT: canaries.plant("LiveChat's client secret", livechatApp.clientSecret),
  PARLEY_COOKIE_KEYS: canaries.plant('cookie key'),
  PARLEY_ENCRYPTION_KEYS: canaries.plant(
    'encryption key',
    Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'),
  ),
};
for (const [name, value] of Object.entries({ 'password of Dana': dana.password, 'seed of codes': tia.codes }))
  canaries.plant(name, value);

/** Runs first in the process: a signal makes an error that nobody expects, with secrets in all of its parts. */
const crashOnSignal = `process.on('SIGWINCH', () => { setImmediate(() => {
  const parts = { secret: process.env.CANARY_CLIENT, config: { cookie_keys: [process.env.PARLEY_COOKIE_KEYS] } };
  throw Object.assign(new Error('planted', { cause: Object.assign(new Error('cause'), parts) }), parts);
}); });`;

let parley: ParleyProcess;
let api: Listener;
let livechat: RunningLiveChat;
let metricsPort: number;
/** All that was answered, but for the answers that carry what they must: tokens to clients, codes in redirects. */
const shown: string[] = [];

beforeAll(async () => {
  metricsPort = await findFreePort();
  [api, livechat] = await Promise.all([
    startListener((response) => {
      response.statusCode = 500;
      response.end('{"error":"internal"}');
    }),
    startLiveChatTwin(),
  ]);
  const clients = [
    ...testClients().map((client) =>
      client['id'] === 'web' ? { ...client, pages: [page], secret: '${CANARY_CLIENT}' } : client,
    ),
    {
      id: 'livechat',
      platform: 'livechat',
      pages: [page],
      livechat: livechatSettings(livechat.origin, {
        client_secret: '${CANARY_LIVECHAT}',
        agent_token: '${CANARY_AGENT}',
      }),
    },
  ];
  const failing = (brand: string, accounts: object) =>
    testBrand({ brand, issuer: `http://localhost:PORT/${brand}`, accounts, clients });
  parley = await spawnParley({
    env: {
      ...secrets,
      CANARY_AGENT: canaries.plant("LiveChat's agent token", livechat.control.connectAgent().accessToken),
      LOG_LEVEL: 'trace',
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(crashOnSignal)}`,
    },
    serverYaml: { metrics: `127.0.0.1:${metricsPort}` },
    brands: [
      testBrand({
        issuer: 'http://localhost:PORT/acme',
        accounts: { file: { path: 'config/accounts.yaml' } },
        login: [{ password: { totp: { secret: 'account.codes' } } }],
        clients,
      }),
      failing('sql', {
        sql: {
          url: 'postgres://parley:${CANARY_DATABASE}@127.0.0.1:1/accounts',
          find: 'select * from a where id = :id',
          login: 'select * from a where login = :login',
          password: { column: 'hash' },
        },
      }),
      failing('api', {
        http: { url: api.origin, auth: { bearer: '${CANARY_API}' }, login: { path: '/login' } },
      }),
    ],
  });
  const file = await readFile(join(parley.folder, 'keys', 'acme', 'signing.json'), 'utf8');
  for (const { jwk } of (JSON.parse(file) as { keys: { jwk: Record<string, string> }[] }).keys) {
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
      if (jwk[name]) canaries.plant(`private key ${jwk['kty']} ${name}`, jwk[name]);
  }
});
afterAll(async () => {
  await parley?.stop();
  await Promise.all([api?.stop(), livechat?.stop()]);
});

const web = (brand = 'acme') => ({
  issuer: `http://localhost:${parley.port}/${brand}`,
  clientId: 'web',
  secret: secrets.CANARY_CLIENT,
  redirectUri: 'https://shop.acme.example/callback',
  fetch: parley.fetch,
});

/** A browser whose answers are kept for the search, where they are pages or JSON for a page. */
function newVisitor(): Visitor {
  return new Visitor(async (input, init) => {
    const response = await parley.fetch(input, init);
    const copy = response.clone();
    const isDelivery = copy.headers.get('location') !== null || new Request(input).url.includes('/page/');
    if (!isDelivery) shown.push(`${JSON.stringify([...copy.headers])} ${await copy.text()}`);
    return response;
  });
}

async function post(visitor: Visitor, path: string, form: Record<string, string>) {
  const headers = { origin: page, accept: '*/*' };
  const response = await visitor.post(`${web().issuer}/page/${path}`, form, headers);
  return (await response.json()) as Record<string, string> | null;
}

async function everythingRight(): Promise<void> {
  const visitor = newVisitor();
  const { verifier, challenge } = createPkce();
  canaries.plant('verifier', verifier);
  const scope = 'openid profile email account billing offline_access';
  const landed = await signIn(visitor, authorizationUrl(web(), { scope, ...challenge }), dana);
  const code = canaries.plant('code', answerOf(landed).get('code') ?? '');
  const { body } = await exchange(web(), code, { code_verifier: verifier });
  for (const name of ['access_token', 'refresh_token', 'id_token'] as const) canaries.plant(name, body[name]);
  const renewed = await refresh(web(), body.refresh_token);
  canaries.plant('renewed access token', renewed.body.access_token);
  const headers = { authorization: `Bearer ${body.access_token}` };
  expect((await parley.fetch(`${web().issuer}/userinfo`, { headers })).status).toBe(200);
  await postAsClient(web(), '/token/introspection', { token: body.access_token });
  const pushed = await postAsClient(web(), '/request', {
    client_id: 'web',
    redirect_uri: web().redirectUri,
    response_type: 'code',
    scope,
  });
  canaries.plant('request_uri', String(pushed.body['request_uri']));
  const answer = await post(visitor, 'authorize', {
    client_id: 'web',
    redirect_uri: web().redirectUri,
    response_type: 'code',
    scope: 'openid',
    ...challenge,
  });
  canaries.plant("a page's code", answer?.['code'] ?? '');
  const chat = await post(visitor, 'livechat/token', { client_id: 'livechat' });
  if (chat?.['accessToken']) canaries.plant("LiveChat's customer token", chat['accessToken']);
  // That of an interaction is the id in its address, which opens nothing without the browser's own cookie (35).
  for (const [name, { value }] of visitor.cookies)
    if (/_(?:session|browser)$/.test(name)) canaries.plant(`cookie ${name}`, value);
  await visitor.get(`${web().issuer}/session/end?id_token_hint=${body.id_token}`);
  await postAsClient(web(), '/token/revocation', { token: body.refresh_token });
}

async function everythingWrong(): Promise<void> {
  const visitor = newVisitor();
  const code = canaries.plant('unknown code', `unknown${'c'.repeat(20)}4711`);
  for (const secret of [secrets.CANARY_CLIENT, canaries.plant('wrong secret')]) {
    await exchange({ ...web(), secret }, code);
    await refresh({ ...web(), secret }, code);
    await postAsClient({ ...web(), secret: '' }, '/token', {
      client_id: 'web',
      client_secret: secret,
      grant_type: 'x',
    });
  }
  const wrongPassword = canaries.plant('wrong password');
  for (const brand of ['acme', 'sql', 'api']) {
    const url = authorizationUrl(web(brand), { prompt: 'login' });
    await signIn(newVisitor(), url, { login: 'dana', password: wrongPassword });
  }
  await signIn(newVisitor(), authorizationUrl(web()), { ...sam, login: wrongPassword });
  // Where no address may carry one.
  const jwt = canaries.plant('assertion', `eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkYW5hIn0.${'s'.repeat(40)}17`);
  for (const query of [
    { login_hint_token: jwt },
    { request: jwt },
    { id_token_hint: jwt },
    { client_secret: secrets.CANARY_CLIENT },
    { state: 's', redirect_uri: 'https://evil.example' },
    { access_token: jwt },
  ])
    await authorizeSilently(visitor, authorizationUrl(web(), query));
  await parley.fetch(`${web().issuer}/userinfo?access_token=${jwt}`);
  await parley.fetch(`${web().issuer}/userinfo`, { headers: { authorization: `Bearer ${jwt}` } });
  await parley.fetch(`${web().issuer}/token?client_secret=${secrets.CANARY_CLIENT}`, { method: 'POST' });
  const everything = new URLSearchParams({
    client_id: 'nobody',
    client_secret: secrets.CANARY_CLIENT,
    login_hint_token: jwt,
    id_token_hint: jwt,
    code,
    password: wrongPassword,
  });
  for (const path of [
    '/nothing',
    '/auth',
    '/interaction/x',
    '/session/end',
    '/login/upstream',
    '/page/identity',
  ])
    await visitor.get(`${web().issuer}${path}?${everything.toString()}`);
  const body = new URLSearchParams({ logout_token: jwt, assertion: jwt });
  for (const path of ['/backchannel/sign-out', '/login/brand', '/interaction/x'])
    shown.push(await (await parley.fetch(`${web().issuer}${path}`, { method: 'POST', body })).text());
}

async function secondFactor(): Promise<void> {
  const visitor = newVisitor();
  const shownPage = await visitor.follow(
    await visitor.get(authorizationUrl(web())),
    new URL(web().issuer).origin,
  );
  const { action, fields } = readForm(await shownPage.response.text());
  const to = new URL(action, web().issuer);
  const next = await visitor.follow(
    await visitor.post(to, { csrf: fields['csrf'] ?? '', login: tia.login, password: tia.password }),
    to.origin,
  );
  const second = readForm(await next.response.text());
  const code = new TOTP({ secret: tia.codes }).generate();
  for (const given of ['000000', code])
    await visitor.post(new URL(second.action, web().issuer), {
      csrf: second.fields['csrf'] ?? '',
      code: given,
    });
}

describe('41 no secret is written down', () => {
  test('after everything was done, right and wrong', async () => {
    await everythingRight();
    await secondFactor();
    await everythingWrong();
    shown.push(await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text());
    shown.push(await (await parley.fetch(`http://localhost:${parley.port}/readyz`)).text());
    expect(canaries.names).toEqual(
      expect.arrayContaining([
        'code',
        'refresh_token',
        "LiveChat's customer token",
        'cookie parley_acme_session',
        'private key RSA d',
      ]),
    );
    expect(shown.join('\n')).toMatch(/# TYPE /);
    expect(parley.log().length).toBeGreaterThan(40);
  });

  test('in the log at the level trace, the audit log and standard error', () => {
    const lines = `${parley.stdout()}\n${parley.stderr()}`.split('\n');
    const found = lines.flatMap((line) => canaries.findIn(line).map((name) => [name, line.slice(0, 300)]));
    expect(found).toEqual([]);
    expect(lines.filter((line) => line.includes('"stream":"audit"')).length).toBeGreaterThan(3);
  });

  test('on pages, in errors, in health and in metrics', () => {
    const found = shown.flatMap((text) =>
      canaries.findIn(text, deliveredInPages).map((name) => [name, text.slice(0, 300)]),
    );
    expect(found).toEqual([]);
  });

  test('in the last words of a process that an unexpected error ends', async () => {
    process.kill(parley.pid(), 'SIGWINCH');
    await parley.ended();
    const said = parley.stdout() + parley.stderr();
    expect(said).toContain('planted');
    expect(canaries.findIn(said)).toEqual([]);
  });
});

/** A page hands its cookies to the browser, and what was typed as a login stands in its field again. */
const deliveredInPages = ['cookie parley_acme_session', 'cookie parley_acme_browser', 'wrong password'];

describe('41 a configuration that is wrong', () => {
  const secret = canaries.plant('secret in a wrong file');
  const url = `postgres://parley:${secret}@db.acme.example/accounts`;
  const sql = { url, find: 'select 1', login: 'select 1', password: { column: 'hash' } };
  const client = { id: 'web', secret, redirect_uris: ['https://shop.acme.example/callback'] };
  const mistakes: [string, object][] = [
    ['a secret that stands twice', { clients: [client, client] }],
    ['an unknown key beside it', { clients: [{ ...client, scret: secret }] }],
    ['in the place of another value', { clients: [{ ...client, flows: secret, redirect_uris: [secret] }] }],
    ['as a number and a list', { clients: [{ ...client, secret: [secret], first_party: secret }] }],
    ['in an address of a database', { accounts: { sql: { ...sql, login: 7 } } }],
    ['in an address that is none', { accounts: { sql: { ...sql, url: `nodb://x:${secret}@y` } } }],
    [
      'in an address of an API',
      { accounts: { http: { url: `https://x:${secret}@api.acme.example/`, auth: { bearer: secret } } } },
    ],
    [
      'as a key of an assertion',
      { login: [{ assertion: { verify: { issuer: 'x', pem: secret, secret } } }] },
    ],
    ['as a key of encryption', { clients: [{ ...client, encryption: { key: secret } }] }],
  ];

  test('is told of without them, whatever is wrong with what stands beside them', async () => {
    const brands = mistakes.map(([, change], index) =>
      testBrand({ brand: `b${index}`, issuer: `https://id${index}.acme.example`, nonsense: true, ...change }),
    );
    const env = { NODE_ENV: 'production', ...secrets };
    const { code, stdout, stderr } = await runParleyToEnd({ env, brands });
    const said = stderr + stdout;
    expect(code).toBe(1);
    for (const { brand } of brands) expect(said).toMatch(new RegExp(`brands/${brand}\\.yaml:\\d+`));
    const found = said.split('\n').filter((line) => canaries.findIn(line).length > 0);
    expect(found).toEqual([]);
  });
});
