import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  signIn,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 39: how old a sign-in may be is kept, and nobody is silently signed in who is not. */

let parley: RunningParley;
let web: Client;
let visitor: Visitor;
/** By which the server's clock has gone on. */
let seconds = 0;

beforeAll(async () => {
  parley = await startParley({ now: () => Date.now() + seconds * 1000 });
  web = webClient(parley);
});
afterAll(() => parley.stop());
beforeEach(async () => {
  seconds = 0;
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});

const ask = (parameters: Record<string, string> = {}, of = visitor) =>
  authorizeSilently(of, authorizationUrl(web, parameters));

test('39 prompt=none without a session is login_required, and leaves no session behind', async () => {
  const stranger = new Visitor();
  const answer = await ask({ state: 's' }, stranger);
  expect(Object.fromEntries(answer)).toMatchObject({
    error: 'login_required',
    state: 's',
    iss: parley.issuer,
  });
  expect(answer.get('code')).toBeNull();
  expect((await ask({}, stranger)).get('error')).toBe('login_required');
});

test.each(['login', 'consent', 'select_account'])('39 prompt=none beside %s is refused', async (other) => {
  const response = await visitor.get(authorizationUrl(web, { prompt: `none ${other}` }));
  expect(response.headers.get('location') ?? '').not.toContain('code=');
});

test('39 a sign-in that is older than max_age does not count, a younger one does', async () => {
  seconds = 100;
  expect((await ask({ max_age: '3600' })).get('code')).toBeTruthy();
  expect((await ask({ max_age: '50' })).get('error')).toBe('login_required');
  expect((await ask({ max_age: '0' })).get('error')).toBe('login_required');
});

test('39 max_age leads to the sign-in page, and the new auth_time is what the client reads', async () => {
  seconds = 100;
  const url = authorizationUrl(web, { max_age: '50' });
  const page = await visitor.follow(await visitor.get(url), parley.issuer);
  expect(page.url.pathname).toMatch(/^\/interaction\//);
  const landed = await signIn(visitor, url, dana);
  const { body } = await exchange(web, landed.searchParams.get('code') ?? '');
  const { auth_time, iat } = claimsOf(body.id_token) as { auth_time: number; iat: number };
  expect(Math.abs(auth_time - (Date.now() / 1000 + 100))).toBeLessThan(20);
  expect(typeof iat).toBe('number');
});

test.each(['-1', '1e3', '0x10', ' 5', 'NaN', '9'.repeat(30), '1.5'])(
  '39 max_age=%j is refused or kept, never left out',
  async (max_age) => {
    seconds = 2000;
    const response = await visitor.get(authorizationUrl(web, { max_age, prompt: 'none' }));
    expect(response.status).toBeLessThan(500);
    const location = response.headers.get('location') ?? '';
    if (max_age !== '9'.repeat(30)) expect(location).not.toContain('code=');
  },
);

test('39 a request object or a second value cannot take max_age away', async () => {
  seconds = 100;
  const url = authorizationUrl(web, { max_age: '50', prompt: 'none' });
  url.searchParams.append('max_age', '99999');
  expect((await visitor.get(url)).headers.get('location') ?? '').not.toContain('code=');
});
