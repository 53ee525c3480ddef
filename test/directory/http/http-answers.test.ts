import { afterEach, describe, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { compileExpression } from '../../../src/claims/compile-expression.ts';
import { httpSchema } from '../../../src/config/schema/directories/http-schema.ts';
import type { AccountDirectory } from '../../../src/directory/contract.ts';
import { DirectoryUnreachable } from '../../../src/directory/directory-unreachable.ts';
import { createHttpDirectory } from '../../../src/directory/http/http-directory.ts';
import { ParleyError } from '../../../src/errors.ts';
import { type AccountApi, startAccountApi } from '../../support/account-api.ts';
import { quickest } from '../../support/quickest.ts';

const secret = 'token-of-parley-0123456789';
const running: { directory: AccountDirectory; api: AccountApi }[] = [];
afterEach(async () => {
  for (const { directory, api } of running.splice(0)) {
    await directory.close();
    await api.stop();
  }
});

/** The directory itself, with nothing before it: each answer is seen as it comes. */
async function start(settings: Record<string, unknown> = {}) {
  const api = await startAccountApi({
    accounts: [{ id: 'acc-1', login: 'dana', password: 'demo', status: 'active', plan: 'Basic' }],
  });
  const directory = createHttpDirectory({
    settings: httpSchema.parse({ url: api.url, auth: { bearer: secret }, timeout: 20_000, ...settings }),
    compile: (expression) => compileExpression(expression).evaluate,
    now: Date.now,
  });
  running.push({ directory, api });
  return { directory, api };
}

async function failureOf(call: Promise<unknown> | undefined): Promise<ParleyError> {
  const error = await call?.catch((reason: unknown) => reason);
  if (!(error instanceof ParleyError)) throw new Error(`no ParleyError: ${JSON.stringify(error)}`);
  expect(error.code).toBe('directory_unavailable');
  expect(`${error.message} ${String(error.cause)}`).not.toMatch(/token-of-parley|upstream-secret/);
  return error;
}

const says =
  (text: string, status = 200): RequestListener =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(text);

describe('52 an answer that is no account', () => {
  test.each<[what: string, answer: RequestListener, reason: RegExp]>([
    ['no JSON', says('<h1>upstream-secret</h1>'), /not JSON/],
    ['an empty body', says(''), /not JSON/],
    ['a list', says('[{"id":"acc-1"}]'), /no object/],
    ['null', says('null'), /no object/],
    ['a text', says('"acc-1"'), /no object/],
    ['no id', says('{"plan":"Basic"}'), /finds no id/],
    ['an empty id', says('{"id":""}'), /finds no id/],
    ['an id that is an object', says('{"id":{"a":1}}'), /finds no id/],
    ['an id with a blank', says('{"id":"acc 1"}'), /finds no id/],
    ['another id', says('{"id":"acc-2","plan":"upstream-secret"}'), /another id/],
    ['a longer id', says('{"id":"acc-10"}'), /another id/],
    ['10 MB', says(`{"id":"acc-1","x":"${'x'.repeat(10 * 2 ** 20)}"}`), /too long/],
    ['nothing, with 204', (_, response) => void response.writeHead(204).end(), /204 instead of 200/],
    ['304 that nobody asked for', (_, response) => void response.writeHead(304).end(), /304/],
    [
      'a redirect',
      (_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
      /redirects \(302\)/,
    ],
    ['401', says('upstream-secret', 401), /refuses Parley's own credentials/],
    ['400', says('upstream-secret', 400), /answered 400, which is not expected/],
    ['500', says('upstream-secret', 500), /answered 500/],
  ])('%s is a failure with its reason, not an account', async (_, answer, reason) => {
    const { directory, api } = await start();
    api.instead = answer;
    const error = await failureOf(directory.findAccount('acc-1'));
    expect(error.message).toMatch(reason);
    expect(error).not.toBeInstanceOf(DirectoryUnreachable);
  });

  test.each<[what: string, answer: RequestListener]>([
    ['silence', () => {}],
    ['one byte now and then', (_, response) => void setInterval(() => response.write(' '), 50).unref()],
    ['a cut connection', (request) => void request.socket.destroy()],
    [
      'half an account',
      (request, response) => {
        response.writeHead(200, { 'content-length': '90' }).write('{"id":"acc-1"');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ],
    ['429', says('{}', 429)],
    ['503', says('{}', 503)],
  ])('%s says that nobody is there, within the time-out', async (_, answer) => {
    const { directory, api } = await start({ timeout: 300 });
    api.instead = answer;
    const took = await quickest(2500, async () => {
      expect(await failureOf(directory.findAccount('acc-1'))).toBeInstanceOf(DirectoryUnreachable);
    });
    expect(took).toBeLessThan(2500);
  });

  test.each(['status', 'locked', 'length(plan.x)'])(
    '`disabled: %s` that is neither true nor false keeps everybody out',
    async (disabled) => {
      const { directory } = await start({ disabled });
      expect((await failureOf(directory.findAccount('acc-1'))).message).toMatch(/`disabled`/);
    },
  );
});

describe('an account', () => {
  test('may stand inside the answer and have a number for its id', async () => {
    const { directory, api } = await start({ record: 'data', id: 'key', missing: [404, 400] });
    api.instead = says('{"data":{"key":4711,"name":"Dana"},"meta":{}}');
    await expect(directory.findAccount('4711')).resolves.toEqual({
      accountId: '4711',
      record: { key: 4711, name: 'Dana' },
    });
    api.instead = says('{"data":null}');
    expect((await failureOf(directory.findAccount('4711'))).message).toMatch(/`record` finds no account/);
    api.instead = says('{}', 400);
    await expect(directory.findAccount('4711')).resolves.toBeUndefined();
  });

  test('that is not there by 404 or 410 is nobody', async () => {
    const { directory, api } = await start();
    await expect(directory.findAccount('acc-9')).resolves.toBeUndefined();
    api.instead = says('gone', 410);
    await expect(directory.findAccount('acc-1')).resolves.toBeUndefined();
  });

  test('that has not changed is confirmed by its tag and not sent again', async () => {
    const { directory, api } = await start({ disabled: "status != 'active'" });
    const first = await directory.findAccount('acc-1');
    await expect(directory.findAccount('acc-1')).resolves.toEqual(first);
    expect(api.served).toEqual(['GET /v1/accounts/acc-1 200', 'GET /v1/accounts/acc-1 304']);
    api.account('acc-1')['plan'] = 'Premium';
    await expect(directory.findAccount('acc-1')).resolves.toMatchObject({ record: { plan: 'Premium' } });
    api.account('acc-1').status = 'closed';
    await expect(directory.findAccount('acc-1')).resolves.toBeUndefined();
    await expect(directory.findAccount('acc-1')).resolves.toBeUndefined();
    expect(api.served.at(-1)).toBe('GET /v1/accounts/acc-1 304');
    expect(api.connections()).toBeLessThanOrEqual(2);
  });

  test.each(['', '.', '..', 'a b', 'é', 'x'.repeat(256), 'a\0'])(
    'with the id %j cannot be, and the API is not asked',
    async (id) => {
      const { directory, api } = await start();
      await expect(directory.findAccount(id)).resolves.toBeUndefined();
      expect(api.served).toEqual([]);
    },
  );

  test('with a path for an id is asked for as a name', async () => {
    const { directory, api } = await start();
    await expect(directory.findAccount('../../admin?x#y')).resolves.toBeUndefined();
    expect(api.served).toEqual(['GET /v1/accounts/..%2F..%2Fadmin%3Fx%23y 404']);
  });
});

describe('a password', () => {
  const login = { path: '/sessions', id: 'account.id' };

  test('that the API cannot check is not asked about', async () => {
    expect((await start()).directory.checkPassword).toBeUndefined();
  });

  test('is sent in the body, whatever it contains, and never empty or endless', async () => {
    const { directory, api } = await start({
      login: { ...login, format: 'form', body: { user: 'acme\\{login}', pass: '{password}' } },
    });
    const bodies: string[] = [];
    api.instead = (request, response) => {
      request.on('data', (data) => bodies.push(String(data)));
      request.on('end', () => response.writeHead(401).end());
    };
    for (const password of ['{login}&x=y', '', 'x'.repeat(1025), '\uD800'])
      await expect(directory.checkPassword?.({ login: 'dana', password })).resolves.toEqual({
        kind: 'refused',
      });
    expect(bodies).toEqual(['user=acme%5Cdana&pass=%7Blogin%7D%26x%3Dy']);
  });

  test('is refused where the API says so, and only there', async () => {
    const { directory, api } = await start({
      login: { ...login, id: 'ok && account.id', refused: [401, 422] },
    });
    const outcome = () => directory.checkPassword?.({ login: 'dana', password: 'demo' });
    api.instead = says('{}', 422);
    await expect(outcome()).resolves.toEqual({ kind: 'refused' });
    api.instead = says('{"ok":false,"account":{"id":"acc-1"}}');
    await expect(outcome()).resolves.toEqual({ kind: 'refused' });
    api.instead = says('{"ok":true}');
    expect((await failureOf(outcome())).message).toMatch(/finds no id/);
    api.instead = says('upstream-secret', 403);
    expect((await failureOf(outcome())).message).toMatch(/403/);
    api.instead = says('[]');
    await failureOf(outcome());
  });
});

describe('a ping', () => {
  test('asks for an account that is not there, so that wrong credentials show', async () => {
    const { directory, api } = await start();
    await expect(directory.ping()).resolves.toBeUndefined();
    expect(api.served).toEqual(['GET /v1/accounts/parley-ping 404']);
    api.instead = says('', 401);
    await failureOf(directory.ping());
  });

  test('asks the address that the API has for it', async () => {
    const { directory, api } = await start({ ping: '/health' });
    api.instead = (request, response) =>
      void response.writeHead(request.url === '/v1/health' ? 200 : 500).end();
    await expect(directory.ping()).resolves.toBeUndefined();
    api.instead = says('', 404);
    await failureOf(directory.ping());
  });
});
