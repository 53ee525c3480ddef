import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { authorizationUrl, type Client } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 44: nothing that a stranger sees tells whether a login exists. */

let parley: RunningParley;
let web: Client;
beforeAll(async () => {
  parley = await startParley();
  web = webClient(parley);
});
afterAll(() => parley.stop());

interface Seen {
  status: number;
  headers: Record<string, string>;
  page: string;
  took: number;
}

/** A first attempt in a fresh browser, without what differs between any two answers. */
async function attempt(login: string, password = 'wrong'): Promise<Seen> {
  const visitor = new Visitor();
  const page = await visitor.follow(await visitor.get(authorizationUrl(web)), parley.issuer);
  const { action, fields } = readForm(await page.response.text());
  const began = performance.now();
  const response = await visitor.post(new URL(action, parley.issuer), {
    csrf: fields['csrf'] ?? '',
    login,
    password,
  });
  const text = await response.text();
  const took = performance.now() - began;
  const uid = action.split('/').at(-1) ?? '';
  const varying = ['date', 'x-request-id', 'etag', 'content-length'];
  return {
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => !varying.includes(name))),
    page: text
      .replaceAll(uid, 'UID')
      .replaceAll(fields['csrf'] ?? '-', 'CSRF')
      .replaceAll(login, 'LOGIN')
      .replaceAll(response.headers.get('x-request-id') ?? '-', 'ID'),
    took,
  };
}

beforeEach(async () => {
  const store = parley.server.sites[0]?.store;
  for (const name of ['sign-in-from:127.0.0.1', 'sign-in-from:::1']) await store?.resetCounter(name);
});

const unknown = ['nobody', 'dana.reyes', 'dan', 'danaa', 'nobody@example.com', 'x'.repeat(100)];

describe('44 a login that exists and one that does not', () => {
  test.each(unknown)('%s: one status, one page, the same headers', async (login) => {
    const [known, other] = [await attempt(dana.login), await attempt(login)];
    expect(other.status).toBe(known.status);
    expect(other.page).toBe(known.page);
    expect(other.headers).toEqual(known.headers);
    expect(known.status).toBe(401);
  });

  test('are stopped after as many wrong attempts, by the same page', async () => {
    const last: Seen[] = [];
    for (const login of ['sam', 'nobody-else']) {
      let seen = await attempt(login);
      for (let count = 0; count < 30 && seen.status !== 429; count += 1) seen = await attempt(login);
      last.push(seen);
    }
    expect(last.map(({ status }) => status)).toEqual([429, 429]);
    expect(last[1]?.page).toBe(last[0]?.page);
  });

  test('take the same time', async () => {
    // A first round each, so that neither pays for what is done once.
    const times: Record<string, number[]> = { known: [], unknown: [] };
    for (let round = 0; round < 9; round += 1) {
      times['known']?.push((await attempt('tia')).took);
      times['unknown']?.push((await attempt(`nobody-${round}`)).took);
      await parley.server.sites[0]?.store.resetCounter('sign-in-from:127.0.0.1');
    }
    const [known = 0, other = 0] = Object.values(times).map(
      (all) => all.toSorted((one, two) => one - two)[4],
    );
    expect(other / known).toBeGreaterThan(0.4);
    expect(other / known).toBeLessThan(2.5);
  });
});

test('44 a hint in the address is shown back and not looked up', async () => {
  const pages = await Promise.all(
    [dana.login, 'nobody'].map(async (login_hint) => {
      const visitor = new Visitor();
      const { response } = await visitor.follow(
        await visitor.get(authorizationUrl(web, { login_hint })),
        parley.issuer,
      );
      const html = await response.text();
      const { action, fields } = readForm(html);
      return html
        .replaceAll(login_hint, 'LOGIN')
        .replaceAll(response.headers.get('x-request-id') ?? '-', 'ID')
        .replaceAll(action.split('/').at(-1) ?? '-', 'UID')
        .replaceAll(fields['csrf'] ?? '-', 'CSRF');
    }),
  );
  expect(pages[1]).toBe(pages[0]);
});

test('44 silent requests, pages and tokens say the same of an account that is gone and one that never was', async () => {
  const ask = async (login_hint: string) => {
    const response = await new Visitor().get(authorizationUrl(web, { prompt: 'none', login_hint }));
    return response.headers.get('location');
  };
  expect(await ask(dana.login)).toBe(await ask('nobody'));
});
