import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Koa from 'koa';
import type { Standing } from '../../../src/http/admission/admission.ts';
import { admitRequests } from '../../../src/http/admission/admit-requests.ts';
import { type Listener, listen } from '../../../src/process/listen.ts';

let listener: Listener;
const standings: Standing[] = [];

beforeAll(async () => {
  const app = new Koa();
  const admission = {
    async run(standing: () => Promise<Standing>, work: () => Promise<void>) {
      standings.push(await standing());
      await work();
    },
  };
  app.use(admitRequests({ admission, isSignedIn: async (ctx) => ctx.get('Cookie') === 'signed-in' }));
  const handle = app.callback();
  listener = await listen(
    { host: '127.0.0.1', port: 0 },
    (request, response) => void handle(request, response),
  );
});
afterAll(() => listener.close(0));

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
  await fetch(`http://127.0.0.1:${listener.port}${path}`, init);
  expect(standings.pop()).toBe(standing);
});
