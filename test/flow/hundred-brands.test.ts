import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { customFetch, jwtVerify } from 'jose';
import { fetchAt } from '../support/fetch-at.ts';
import { publishedKeys } from '../support/published-keys.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  isActive,
  postAsClient,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/**
 * A hundred brands in one process and one store, sixty with a host of their own and forty on paths of one host, behind
 * a proxy that ends TLS. All have the same consumers, and clients with the same id, secret and redirect URI; each has
 * one client more, that no other has. One browser jar sends its cookies everywhere, as a thief would.
 */
const count = 100;
const onPaths = 40;
const redirectUri = 'https://shop.acme.example/callback';
const numbers = Array.from({ length: count }, (_, index) => index);
const issuerOf = (number: number) =>
  number < onPaths ? `https://ids.example/b${number}` : `https://id${number}.example`;

let parley: RunningParley;
let visit: typeof fetch;
const brandOf = (number: number, overrides: object = {}) =>
  testBrand({
    brand: `b${number}`,
    issuer: issuerOf(number),
    request_log: false,
    clients: ['web', `only-${number}`].map((id) => ({
      id,
      secret: secrets.web,
      redirect_uris: [redirectUri],
      first_party: true,
      refresh_tokens: true,
    })),
    ...overrides,
  });

beforeAll(async () => {
  parley = await startParley({
    brands: numbers.map((number) => brandOf(number)),
    serverYaml: { trusted_proxies: ['127.0.0.1'], log_level: 'error' },
  });
  visit = fetchAt(parley.port, { endsTls: true });
}, 180_000);
afterAll(() => parley?.stop());

const clientOf = (number: number, clientId = 'web'): Client => ({
  issuer: issuerOf(number),
  clientId,
  secret: secrets.web,
  redirectUri,
  fetch: visit,
});

/** What a consumer of a brand and its client hold, made once for each brand that is drawn. */
interface Holdings {
  visitor: Visitor;
  accessToken: string;
  refreshToken: string;
  idToken: string;
}
const holdings = new Map<number, Promise<Holdings>>();

async function codeOf(number: number, visitor: Visitor): Promise<string> {
  return (await authorizeSilently(visitor, authorizationUrl(clientOf(number)))).get('code') ?? '';
}

function holdingsOf(number: number): Promise<Holdings> {
  const made = holdings.get(number) ?? makeHoldings(number);
  holdings.set(number, made);
  return made;
}

async function makeHoldings(number: number): Promise<Holdings> {
  const visitor = new Visitor(visit);
  const landed = await signIn(visitor, authorizationUrl(clientOf(number)), dana);
  const { body } = await exchange(clientOf(number), answerOf(landed).get('code') ?? '');
  return {
    visitor,
    accessToken: body.access_token,
    refreshToken: body.refresh_token,
    idToken: body.id_token,
  };
}

describe('a hundred brands', () => {
  test('each have an issuer and keys of their own, by host and by path', async () => {
    const found: { issuer: string; kids: string[] }[] = [];
    // One after the other: two hundred requests at once would be in a line.
    for (const number of numbers) {
      const discovery = await visit(`${issuerOf(number)}/.well-known/openid-configuration`);
      const keys = await visit(`${issuerOf(number)}/jwks`);
      const { issuer } = (await discovery.json()) as { issuer: string };
      const kids = ((await keys.json()) as { keys: { kid: string }[] }).keys;
      found.push({ issuer, kids: kids.map(({ kid }) => kid) });
    }
    expect(found.map(({ issuer }) => issuer)).toEqual(numbers.map(issuerOf));
    const kids = found.flatMap((brand) => brand.kids);
    expect(kids.length).toBeGreaterThanOrEqual(count);
    expect(new Set(kids).size).toBe(kids.length);
  });

  test('take nothing from each other: no pair of them, no kind of thing', async () => {
    const brand = fc.integer({ min: 0, max: count - 1 });
    const pair = fc.tuple(brand, brand).filter(([home, away]) => home !== away);
    await fc.assert(
      fc.asyncProperty(pair, ([home, away]) => expectNoCrossing(home, away)),
      // Neighbours on one host, and numbers of which one begins with the other, are always among them.
      { numRuns: 25, examples: [[[1, 2]], [[1, 10]], [[10, 1]], [[onPaths - 1, onPaths]], [[60, 61]]] },
    );
  }, 180_000);
});

async function expectNoCrossing(home: number, away: number): Promise<void> {
  const own = await holdingsOf(home);
  const there = clientOf(away);
  const keysThere = publishedKeys(there.issuer, { [customFetch]: visit });
  await expect(jwtVerify(own.idToken, keysThere)).rejects.toThrow('no applicable key');

  // The session, under the name that it has and under the one that it would have there.
  const thief = own.visitor.clone();
  for (const [name, cookie] of own.visitor.cookies) {
    thief.cookies.set(name, { ...cookie, path: '/' });
    thief.cookies.set(name.replace(`_b${home}_`, `_b${away}_`), { ...cookie, path: '/' });
  }
  expect([...thief.cookies.keys()].some((name) => name.includes(`_b${away}_session`))).toBe(true);
  const silent = await authorizeSilently(thief, authorizationUrl(there));
  expect([silent.get('error'), silent.get('code')]).toEqual(['login_required', null]);
  const hinted = await authorizeSilently(thief, authorizationUrl(there, { id_token_hint: own.idToken }));
  expect(hinted.get('code')).toBeNull();

  const code = await codeOf(home, own.visitor);
  expect((await exchange(there, code)).body.error).toBe('invalid_grant');
  expect(await userinfoStatus(there, own.accessToken)).toBe(401);
  expect(await isActive(there, own.accessToken)).toBe(false);
  expect((await refresh(there, own.refreshToken)).body.error).toBe('invalid_grant');
  const grant = { grant_type: 'authorization_code', code: 'x', redirect_uri: redirectUri };
  const stranger = await postAsClient(clientOf(away, `only-${home}`), '/token', grant);
  expect(stranger.body.error).toBe('invalid_client');

  // Nothing of that has spoiled what is right at home.
  expect((await exchange(clientOf(home), code)).status).toBe(200);
  expect(await userinfoStatus(clientOf(home), own.accessToken)).toBe(200);
}

test('two that are read again do not disturb the requests of the others', async () => {
  const disturbed = [3, 50];
  const steady = [5, 60, 99];
  const visitors = await Promise.all(steady.map(async (number) => (await holdingsOf(number)).visitor));
  const before = new Map(parley.server.sites.map((site) => [site.brand, site]));
  let answered = 0;
  const over = new AbortController();

  async function ask(number: number, visitor: Visitor): Promise<void> {
    while (!over.signal.aborted) {
      expect((await exchange(clientOf(number), await codeOf(number, visitor))).status).toBe(200);
      answered += 1;
    }
  }

  const running = Promise.all(steady.map((number, index) => ask(number, visitors[index]!)));
  for (let round = 0; round < 3; round += 1) {
    for (const number of disturbed) {
      await parley.writeBrand(brandOf(number, { display_name: `Round ${round}` }));
    }
    const answeredBefore = answered;
    await parley.reload();
    expect(answered).toBeGreaterThan(answeredBefore);
  }
  over.abort();
  await running;
  const changed = parley.server.sites.filter((site) => site !== before.get(site.brand));
  expect(changed.map(({ brand }) => brand).toSorted()).toEqual(['b3', 'b50']);
}, 180_000);
