import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Guesser } from '../../support/guesser.ts';
import { authorizationUrl, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, sam, testBrand } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';
import { guessFromEverywhere } from './known-browser.ts';

test('42 strangers who guess from 400 addresses do not lock a consumer out of her own browser', async () => {
  const outcome = await guessFromEverywhere(400);
  expect(outcome).toMatchObject({ checked: 100, refused: 300, mistyped: 401, elsewhere: { status: 429 } });
  expect(outcome.code).toBeTruthy();
});

describe('a browser in which a consumer has signed in', () => {
  const limits = { account: 2, known_browser: 3, first_wait: 900 };
  const name = 'parley_acme_known';
  let parley: RunningParley;
  let own: Visitor;

  beforeAll(async () => {
    const serverYaml = { trusted_proxies: ['127.0.0.1', '::1'] };
    parley = await startParley({ brands: [testBrand({ limits })], serverYaml });
    own = new Visitor();
    await signIn(own, authorizationUrl(webClient(parley)), dana);
    const stranger = await Guesser.at(webClient(parley));
    for (const from of ['203.0.113.1', '203.0.113.2'])
      await stranger.statusOf({ login: dana.login, password: 'wrong', from });
  });
  afterAll(() => parley.stop());

  /** A new sign-in in a browser that carries this cookie and no session. */
  async function statusWith(cookie: string | undefined, consumer = dana): Promise<number> {
    const visitor = new Visitor();
    const from = '203.0.113.9';
    const guesser = await Guesser.at(webClient(parley), visitor);
    if (cookie !== undefined) {
      visitor.cookies.set(name, { value: cookie, path: '/' });
      visitor.cookies.set(`${name}.sig`, own.cookies.get(`${name}.sig`) ?? { value: '', path: '/' });
    }
    return guesser.statusOf({ ...consumer, from });
  }

  test('is known by a signed cookie that says nothing of the consumer', async () => {
    const value = own.cookies.get(name)?.value ?? '';
    expect(value).toMatch(/^[\w-]{32}$/);
    const another = await Guesser.at(webClient(parley));
    const answer = await another.submit({ ...sam, from: '192.0.2.77' });
    const line = answer.headers.getSetCookie().find((each) => each.startsWith(`${name}=`)) ?? '';
    expect(line).toMatch(/; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
    const days = (Date.parse(/expires=([^;]+)/i.exec(line)?.[1] ?? '') - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(180);
  });

  test('does not wait where strangers do', async () => {
    const value = own.cookies.get(name)?.value;
    expect(await statusWith(undefined)).toBe(429);
    expect(await statusWith('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).toBe(429);
    expect(await statusWith(value)).toBe(303);
  });

  test('is known for that account alone', async () => {
    const stranger = await Guesser.at(webClient(parley));
    for (const from of ['203.0.113.1', '203.0.113.2'])
      await stranger.statusOf({ login: sam.login, password: 'wrong', from });
    expect(await statusWith(own.cookies.get(name)?.value, sam)).toBe(429);
  });

  test('guesses no more often than its own limit', async () => {
    const guesser = await Guesser.at(webClient(parley), own.clone());
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1)
      statuses.push(await guesser.statusOf({ login: dana.login, password: 'wrong', from: '203.0.113.9' }));
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });
});
