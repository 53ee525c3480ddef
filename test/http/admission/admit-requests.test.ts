import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Koa from 'koa';
import { ParleyError } from '../../../src/errors.ts';
import type { Admission, Standing } from '../../../src/http/admission/admission.ts';
import { admitRequests } from '../../../src/http/admission/admit-requests.ts';
import { renderError } from '../../../src/http/render-error.ts';
import { createLog } from '../../../src/log.ts';
import { type Listener, listen } from '../../../src/process/listen.ts';

let listener: Listener;
const standings: Standing[] = [];
let isFull = false;

beforeAll(async () => {
  const app = new Koa();
  const admission: Admission = {
    async run(standing, work) {
      standings.push(await standing());
      if (isFull) throw new ParleyError('overloaded');
      await work();
    },
  };
  const log = createLog({ level: 'silent', destination: { write() {} } });
  app.use(renderError(() => undefined, log));
  app.use(admitRequests({ admission, isSignedIn: async (ctx) => ctx.get('Cookie') === 'signed-in' }));
  app.use((ctx) => {
    ctx.body = {};
  });
  const handle = app.callback();
  listener = await listen(
    { host: '127.0.0.1', port: 0 },
    (request, response) => void handle(request, response),
  );
});
afterAll(() => listener.close(0));

const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${listener.port}${path}`, init);

test.each<[string, string, Standing, RequestInit?]>([
  ['a consumer who is signed in', '/auth', 'known', { headers: { cookie: 'signed-in' } }],
  ['anybody else', '/auth', 'stranger'],
  ['anybody else with a cookie', '/auth', 'stranger', { headers: { cookie: 'made-up' } }],
  ['a code that is redeemed', '/token', 'platform', { method: 'POST' }],
  ['the keys', '/jwks', 'platform'],
  ['a path that only begins like the token endpoint', '/tokens', 'stranger'],
  [
    'a browser that asks for a page’s leave, without cookies',
    '/page/identity',
    'platform',
    { method: 'OPTIONS' },
  ],
])('%s', async (_, path, standing, init) => {
  await ask(path, init);
  expect(standings.pop()).toBe(standing);
});

describe('a refusal', () => {
  beforeAll(() => {
    isFull = true;
  });
  afterAll(() => {
    isFull = false;
  });
  const readersOf = async (path: string, init?: RequestInit) => {
    const { status, headers } = await ask(path, init);
    expect([status, headers.get('retry-after')]).toEqual([503, '2']);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    return headers.get('access-control-allow-origin');
  };

  test.each(['/token', '/userinfo', '/jwks', '/.well-known/openid-configuration'])(
    'of %s may be read by every page: it is the same, whoever is signed in',
    async (path) => {
      for (const cookie of ['', 'signed-in'])
        expect(await readersOf(path, { headers: { cookie } })).toBe('*');
      const { headers } = await ask(path);
      expect(headers.get('access-control-expose-headers')).toBe('Retry-After, X-Request-Id');
    },
  );

  test.each(['/auth', '/page/identity', '/page/livechat/token', '/session/end'])(
    'of %s by no page: it comes to strangers first',
    async (path) => {
      for (const cookie of ['', 'signed-in'])
        expect(await readersOf(path, { method: 'POST', headers: { cookie } })).toBeNull();
    },
  );
});

test('an answer that is not refused is opened to nobody here', async () => {
  const { status, headers } = await ask('/token');
  expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
});
