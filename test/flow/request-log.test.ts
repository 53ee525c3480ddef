import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerRequests } from '../../src/cli/requests.ts';
import { createRequestLog, type LoggedRequest, type RequestLog } from '../../src/issuer/request-log.ts';
import { createLog } from '../../src/log.ts';
import { openStore } from '../../src/store/open-store.ts';
import { callCli } from '../cli/cli-call.ts';
import { onEachStore } from '../support/on-each-store.ts';
import { poll } from '../support/poll.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  createPkce,
  exchange,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

const page = 'https://www.acme.example';
const silentLog = createLog({ level: 'silent' });

let parley: RunningParley;
let liveperson: Client;
let visitor: Visitor;

beforeAll(async () => {
  const clients = testClients().map((client) => (client['platform'] ? { ...client, pages: [page] } : client));
  parley = await startParley({ brands: [testBrand({ clients })] });
  liveperson = {
    issuer: parley.issuer,
    clientId: 'liveperson',
    secret: secrets.liveperson,
    redirectUri: 'https://liveperson.net',
  };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(liveperson), dana);
});
afterAll(() => parley.stop());

/** The store is opened a second time, as the command does it in a process of its own. */
async function withLog<T>(work: (log: ReturnType<typeof createRequestLog>) => Promise<T>): Promise<T> {
  const store = openStore(`embedded:${parley.folder}/data`, { timeout: 20_000 });
  try {
    return await work(createRequestLog({ store: store.forBrand('acme'), log: silentLog }));
  } finally {
    await store.close();
  }
}

/** The client's newest request, once `isIt` holds for it. */
async function newest(clientId: string, isIt: (request: LoggedRequest) => boolean): Promise<LoggedRequest> {
  let last: LoggedRequest | undefined;
  await poll(`a request of ${clientId} is logged`, 30_000, async () => {
    last = (await withLog((log) => log.list(clientId))).at(-1);
    return last !== undefined && isIt(last);
  });
  return last as LoggedRequest;
}

async function codeFor(client: Client, parameters: Record<string, string> = {}): Promise<string> {
  return (await authorizeSilently(visitor, authorizationUrl(client, parameters))).get('code') ?? '';
}

describe('the request log', () => {
  test('tells of a sign-in and an exchange, in their order', async () => {
    const client = { ...liveperson, clientId: 'web', secret: secrets.web };
    const web = { ...client, redirectUri: 'https://shop.acme.example/callback' };
    await signIn(new Visitor(), authorizationUrl(web), dana);
    await exchange(web, await codeFor(web));
    await newest('web', ({ endpoint }) => endpoint === '/token');

    const requests = await withLog((log) => log.list('web'));
    expect(requests.map(({ endpoint, outcome }) => [endpoint, outcome])).toEqual([
      ['/auth', 'asked'],
      ['/auth/…', 'answered'],
      ['/auth', 'answered'],
      ['/token', 'answered'],
    ]);
    expect(requests[0]?.description).toBe('the login page');
  });

  const { verifier, challenge } = createPkce();
  const refusals: [string, () => Promise<unknown>, Partial<LoggedRequest>][] = [
    [
      'a wrong verifier',
      async () =>
        exchange(liveperson, await codeFor(liveperson, challenge), {
          code_verifier: createPkce().verifier,
        }),
      {
        endpoint: '/token',
        error: 'invalid_grant',
        parameter: 'code_verifier',
        description: 'grant request is invalid: code_verifier does not match code_challenge',
      },
    ],
    [
      'another redirect URI at the token endpoint',
      async () =>
        exchange({ ...liveperson, redirectUri: 'https://liveperson.net/' }, await codeFor(liveperson)),
      { endpoint: '/token', error: 'invalid_grant', parameter: 'redirect_uri' },
    ],
    [
      'a code that does not exist',
      () => exchange(liveperson, 'nothing'),
      { endpoint: '/token', error: 'invalid_grant', parameter: 'code' },
    ],
    [
      'a wrong secret',
      () => exchange({ ...liveperson, secret: 'wrong-secret-of-liveperson' }, 'nothing'),
      { endpoint: '/token', error: 'invalid_client', parameter: 'client_secret' },
    ],
    [
      'an unregistered redirect URI',
      () => visitor.get(authorizationUrl({ ...liveperson, redirectUri: 'https://liveperson.example' })),
      { endpoint: '/auth', error: 'invalid_redirect_uri', parameter: 'redirect_uri' },
    ],
    [
      'nobody signed in',
      () => authorizeSilently(new Visitor(), authorizationUrl(liveperson)),
      { endpoint: '/auth', error: 'login_required' },
    ],
    [
      'a page that sends no challenge',
      () =>
        visitor.post(
          `${parley.issuer}/page/authorize`,
          {
            client_id: 'liveperson',
            response_type: 'code',
            scope: 'openid',
            redirect_uri: 'https://liveperson.net',
          },
          { origin: page },
        ),
      { endpoint: '/page/authorize', error: 'invalid_request', parameter: 'code_challenge' },
    ],
    [
      'a page that asks for a prompt',
      () =>
        visitor.post(
          `${parley.issuer}/page/authorize`,
          { client_id: 'liveperson', prompt: 'login' },
          { origin: page },
        ),
      { endpoint: '/page/authorize', error: 'invalid_request', parameter: 'prompt' },
    ],
    [
      'too long a parameter',
      () => visitor.get(authorizationUrl(liveperson, { state: 'x'.repeat(5000) })),
      { endpoint: '/auth', error: 'invalid_request', parameter: 'state' },
    ],
  ];
  test.each(refusals)('names the parameter at fault: %s', async (_name, provoke, expected) => {
    await provoke();
    const request = await newest(
      'liveperson',
      ({ error, parameter }) => error === expected.error && parameter === expected.parameter,
    );
    expect(request).toMatchObject({ outcome: 'refused', ...expected });
  });

  test('carries the support id of the answer', async () => {
    const response = await visitor.get(authorizationUrl({ ...liveperson, redirectUri: 'https://x.example' }));
    const supportId = response.headers.get('x-request-id');
    await newest('liveperson', (request) => request.supportId === supportId);
  });

  test('holds no secret, code, verifier, state or token, and nothing that steers a terminal', async () => {
    const code = await codeFor(liveperson, { ...challenge, state: 'state-of-the-window' });
    const { body } = await exchange(liveperson, code, { code_verifier: verifier });
    expect(body.id_token).toBeTruthy();
    await exchange(liveperson, code, { code_verifier: verifier });
    await visitor.get(authorizationUrl(liveperson, { '\u001b[31m': 'x'.repeat(2000) }));
    await newest('liveperson', ({ description }) => Boolean(description?.includes('too long')));

    const text = JSON.stringify(await withLog((log) => log.list('liveperson')));
    for (const secret of [
      code,
      verifier,
      secrets.liveperson,
      'state-of-the-window',
      body.id_token,
      body.access_token,
      '\\u001b',
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  test("a stranger's page and an unknown client leave nothing, and the identity of each page view neither", async () => {
    const before = await withLog((log) => log.list('liveperson-implicit'));
    const ask = (origin: string, path: string) =>
      visitor.post(`${parley.issuer}${path}`, { client_id: 'liveperson-implicit' }, { origin });
    await ask('https://evil.example', '/page/authorize');
    await ask('https://evil.example', '/page/authorize?client_id=liveperson-implicit');
    await ask('https://evil.example', '/page/sign-out');
    await ask(page, '/page/identity');
    await visitor.get(authorizationUrl({ ...liveperson, clientId: 'nobody' }));
    // Written after all of them, so they would be there too.
    await visitor.get(authorizationUrl({ ...liveperson, clientId: 'liveperson-implicit' }));
    await newest('liveperson-implicit', ({ endpoint }) => endpoint === '/auth');
    expect(await withLog((log) => log.list('liveperson-implicit'))).toHaveLength(before.length + 1);
    expect(await withLog((log) => log.list('nobody'))).toEqual([]);
  });

  test('a store that does not answer costs the entries and nothing else', async () => {
    const gone = () => Promise.reject(new Error('gone'));
    const log = createRequestLog({ store: { upsert: gone, find: gone, increment: gone }, log: silentLog });
    log.add('web', { at: 1, endpoint: '/token', outcome: 'answered', supportId: 'S' });
    await expect(log.flush()).resolves.toBeUndefined();
  });

  test('a busy client is written down every few seconds, and at once when something went wrong', async () => {
    const written: unknown[] = [];
    const createLogThat = (onWrite = () => {}) =>
      createRequestLog({
        store: {
          upsert: async (_model, _id, payload) => {
            written.push((payload['requests'] as LoggedRequest[]).map(({ supportId }) => supportId));
            onWrite();
            return 'saved';
          },
          find: async () => undefined,
          increment: async () => 1,
        },
        log: silentLog,
      });
    const add = (log: RequestLog, supportId: string, outcome: LoggedRequest['outcome'] = 'answered') =>
      log.add('web', { at: Date.now(), endpoint: '/token', outcome, supportId });
    const busy = createLogThat();
    const quiet = createLogThat(() => add(busy, 'third', 'refused'));

    add(busy, 'first');
    await poll('the first after a pause is written', 20_000, () => written.length === 1);
    add(busy, 'second');
    // As soon as the busy one's first, and sooner than its second.
    add(quiet, 'of another brand');
    await poll('the refusal is written', 20_000, () => written.length > 2);
    add(busy, 'fourth');
    await poll('what was answered is written', 30_000, () => written.length > 3);
    add(busy, 'fifth');
    await busy.list('web');
    expect(written).toEqual([['first'], ['of another brand'], ['second', 'third'], ['fourth'], ['fifth']]);
  });
});

onEachStore((storeUrl) => {
  test('the log keeps the last 50 of a client, however many there were and however they were gathered', async () => {
    const store = openStore(storeUrl() ?? `embedded:${parley.folder}/data`, { timeout: 20_000 });
    const log = createRequestLog({ store: store.forBrand('acme'), log: silentLog });
    const entry = (at: number): LoggedRequest => ({
      at,
      endpoint: '/token',
      outcome: 'answered',
      supportId: `S${at}`,
    });
    const numbers = async () => (await log.list('ring')).map(({ at }) => at);
    for (let at = 1; at <= 70; at += 1) {
      log.add('ring', entry(at));
      if (at % 7 !== 0) await log.flush();
    }
    await log.flush();
    expect(await numbers()).toEqual(Array.from({ length: 50 }, (_, index) => index + 21));
    for (let at = 100; at < 200; at += 1) log.add('ring', entry(at));
    await log.flush();
    expect(await numbers()).toEqual(Array.from({ length: 50 }, (_, index) => index + 150));
    await store.close();
  });
});

describe('parley requests', () => {
  const call = (...args: string[]) =>
    callCli((program, io) => registerRequests(program, { io, checks: brandChecks }), {
      args: ['requests', ...args],
      cwd: parley.folder,
      env: {
        PARLEY_CONFIG: `${parley.folder}/config`,
        PARLEY_STORE: `embedded:${parley.folder}/data`,
      },
    });

  test('prints them while the server runs', async () => {
    const response = await visitor.get(authorizationUrl({ ...liveperson, redirectUri: 'https://y.example' }));
    const supportId = response.headers.get('x-request-id') ?? '';
    await newest('liveperson', (request) => request.supportId === supportId);
    const { code, stdout } = await call('liveperson');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toMatch(
      new RegExp(
        `^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d {2}/auth +refused +${supportId} {2}invalid_redirect_uri \\(redirect_uri\\)`,
      ),
    );
  });

  test('says so when there is none, and when there is no such client', async () => {
    expect((await call('stranger')).stdout).toContain('No request of stranger');
    expect(await call('nobody')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^there is no client nobody, but /),
    });
  });
});

test('a brand that wants no request log has none', async () => {
  const quiet = await startParley({ brands: [testBrand({ request_log: false })] });
  try {
    await authorizeSilently(
      new Visitor(),
      authorizationUrl({
        issuer: quiet.issuer,
        clientId: 'liveperson',
        redirectUri: 'https://liveperson.net',
      }),
    );
    const called = await callCli((program, io) => registerRequests(program, { io, checks: [] }), {
      args: ['requests', 'liveperson'],
      cwd: quiet.folder,
      env: { PARLEY_CONFIG: `${quiet.folder}/config` },
    });
    expect(called).toMatchObject({ code: 1, stderr: expect.stringContaining('request_log: false') });
  } finally {
    await quiet.stop({ keepFolder: true });
  }
  const store = openStore(`embedded:${quiet.folder}/data`, { timeout: 20_000 });
  const log = createRequestLog({ store: store.forBrand('acme'), log: silentLog });
  expect(await log.list('liveperson')).toEqual([]);
  await store.close();
});
