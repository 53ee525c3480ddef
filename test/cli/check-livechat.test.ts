import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerCheck } from '../../src/cli/check.ts';
import { livechatSettings, type RunningLiveChat, startLiveChatTwin } from '../support/livechat-twin.ts';
import { authorizationUrl, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { type CliCall, callCli } from './cli-call.ts';

const pages = ['https://www.acme.example', 'https://shop.acme.example'];

let livechat: RunningLiveChat;
let parley: RunningParley;

beforeAll(async () => {
  livechat = await startLiveChatTwin();
  const agentToken = livechat.control.connectAgent().accessToken;
  const settings = livechatSettings(livechat.origin, { agent_token: agentToken });
  const client = { platform: 'livechat', pages, livechat: settings };
  const real = { accounts_url: 'https://accounts.livechat.com', api_url: 'https://api.livechatinc.com' };
  parley = await startParley({
    brands: [
      testBrand({
        clients: [
          ...testClients(),
          { ...client, id: 'livechat' },
          { ...client, id: 'real', livechat: { ...settings, ...real } },
          { ...client, id: 'own', pages: ['http://localhost:PORT'] },
          { id: 'unset', platform: 'livechat', pages },
        ],
      }),
    ],
  });
});
afterAll(async () => {
  await parley?.stop();
  await livechat?.stop();
});
afterEach(() => livechat.control.faults.clear());

function check(args: string[], { fetch = globalThis.fetch, now = Date.now } = {}): Promise<CliCall> {
  return callCli(
    (program, io) =>
      registerCheck(program, {
        io: { ...io, stdin: Readable.from([`${dana.password}\n`]) },
        checks: brandChecks,
        fetch,
        now,
      }),
    {
      args: ['check', ...args],
      cwd: parley.folder,
      env: { PARLEY_CONFIG: `${parley.folder}/config`, PARLEY_KEYS: `${parley.folder}/keys` },
    },
  );
}
const asDana = ['livechat', '--account', 'dana'];

test('a sound client passes on each page and after the sign-out, with two billed calls for each page at most', async () => {
  const { code, stdout, stderr } = await check(asDana);
  expect([code, stderr]).toEqual([0, '']);
  for (const text of [
    "livechat of acme: LiveChat's widget against",
    `The widget at ${pages[0]}`,
    `The widget at ${pages[1]}`,
    `Token: entity_id ${livechat.control.customers()[0]?.id}, for 480 min`,
    'Kept token: the second call cost nothing',
    'Fresh token: a new one for the same customer',
    "A stranger's page: is refused",
    'Sign-out: hasToken says no, and there is no token',
  ])
    expect(stdout).toContain(text);
  expect(stdout).not.toMatch(/failed|warning|dal:|session=/);
  expect(stdout).not.toContain(dana.password);
  expect(livechat.control.customers()).toHaveLength(1);
  expect(livechat.control.count('customer_token')).toBeLessThanOrEqual(2 * pages.length);
  expect(livechat.control.countLiveTokens()).toBe(0);
});

test('a page on the very origin of the issuer is no answer before the consumer has signed in', async () => {
  const { code, stdout } = await check(['own', '--account', 'dana']);
  expect(stdout).toContain("Sign-in: dana signed in on Parley's page");
  expect(stdout).toContain(`The widget at ${parley.issuer}`);
  expect([code, stdout]).toEqual([0, expect.not.stringMatching(/failed/)]);
});

test('with the cookie of a browser that is signed in, that browser stays signed in', async () => {
  const visitor = new Visitor();
  const client = { issuer: parley.issuer, clientId: 'liveperson', redirectUri: 'https://liveperson.net' };
  await signIn(visitor, authorizationUrl(client), dana);
  const cookie = [...visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  const { code, stdout } = await check(['livechat', '--cookie', cookie]);
  expect(code).toBe(0);
  expect(stdout).toContain('unknown  Sign-out: not tried');
  const form = { client_id: 'livechat' };
  const identity = await visitor.post(`${parley.issuer}/page/identity`, form, { origin: pages[0] ?? '' });
  expect(await identity.json()).toMatchObject({ sub: dana.sub });
});

describe('the real LiveChat', () => {
  test('is not asked before somebody has said yes to what it costs', async () => {
    const called = await check(['real', '--account', 'dana']);
    expect(called).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/accounts\.livechat\.com .*creates a customer .*charges for.* --yes/),
    });
    expect(parley.log.some(({ path }) => String(path).startsWith('/page/livechat'))).toBe(true);
  });

  test('with a yes it is said first, all the same', async () => {
    const none: typeof fetch = async () => Response.error();
    const { stdout } = await check(['real', '--account', 'dana', '--yes'], { fetch: none });
    expect(stdout).toMatch(/^Note: at https:\/\/accounts\.livechat\.com this creates a customer/);
  });
});

describe('each fault is named, with what to do', () => {
  test('LiveChat refuses Parley', async () => {
    livechat.control.faults.set({ kind: 'unauthorized' });
    const { code, stdout } = await check(asDana);
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed {3}Token: token is answered with server_error.*reference [A-Z0-9]{10}/);
    expect(stdout).toMatch(/Fix: the log has what LiveChat said/);
  });

  test('a clock that is hours ahead', async () => {
    const { stdout } = await check(asDana, { now: () => Date.now() + 9 * 3_600_000 });
    expect(stdout).toMatch(/failed {3}Token: the token counts as expired already\n.*Fix: compare.*clock/);
  });

  test('a proxy that drops or adds CORS headers, or keeps answers', async () => {
    const changing =
      (change: (headers: Headers) => void): typeof fetch =>
      async (input, init) => {
        const answer = await fetch(input, init);
        const headers = new Headers(answer.headers);
        change(headers);
        const { status } = answer;
        return new Response(status === 204 || status < 300 || status >= 400 ? answer.body : null, {
          status,
          headers,
        });
      };
    const dropping = await check(asDana, {
      fetch: changing((headers) => headers.delete('access-control-allow-origin')),
    });
    expect(dropping.stdout).toMatch(/failed {3}Token: the page at .* may not read the answer/);
    const adding = await check(asDana, {
      fetch: changing((headers) => headers.set('access-control-allow-origin', '*')),
    });
    expect(adding.stdout).toMatch(/failed {3}A stranger's page: .*403/);
    const keeping = await check(asDana, {
      fetch: changing((headers) => headers.set('cache-control', 'max-age=60')),
    });
    expect(keeping.stdout).toContain('the answer may be kept by a cache');
  });

  test('a client without settings', async () => {
    expect(await check(['unset', '--account', 'dana'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('unset has no livechat settings'),
    });
  });
});
