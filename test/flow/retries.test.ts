import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  isActive,
  refresh,
  signIn,
  type TokenAnswer,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/** When LivePerson's server asks twice, and when its ID tokens end. */

let parley: RunningParley;
let liveperson: Client;
let web: Client;
let visitor: Visitor;

beforeAll(async () => {
  const clients = [
    ...testClients(),
    {
      id: 'short',
      platform: 'liveperson',
      secret: secrets.liveperson,
      flows: ['code', 'pkce', 'implicit'],
      redirect_uris: ['https://liveperson.net'],
      lifetimes: { id_token: 300 },
    },
  ];
  parley = await startParley({
    brands: [testBrand({ clients, lifetimes: { id_token: 1800 } })],
  });
  const { issuer } = parley;
  liveperson = {
    issuer,
    clientId: 'liveperson',
    secret: secrets.liveperson,
    redirectUri: 'https://liveperson.net',
  };
  web = {
    issuer,
    clientId: 'web',
    secret: secrets.web,
    redirectUri: 'https://shop.acme.example/callback',
  };
});
afterAll(() => parley.stop());

beforeEach(async () => {
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(liveperson), dana);
});

async function codeFor(client: Client, browser = visitor): Promise<string> {
  return (await authorizeSilently(browser, authorizationUrl(client))).get('code') ?? '';
}

function expectNoTokens({ status, body }: TokenAnswer): void {
  expect([status, body.error]).toEqual([400, 'invalid_grant']);
  for (const name of ['id_token', 'access_token', 'refresh_token']) expect(body).not.toHaveProperty(name);
}

describe('an identical retry of a code exchange', () => {
  test('is never answered with tokens again, one after the other or at once', async () => {
    const code = await codeFor(liveperson);
    expect((await exchange(liveperson, code)).status).toBe(200);
    expectNoTokens(await exchange(liveperson, code));
    expectNoTokens(await exchange(liveperson, code));

    const other = await codeFor(liveperson);
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(liveperson, other)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200)) expectNoTokens(answer);
  });

  test("ends that conversation's tokens and nobody else's", async () => {
    // Other conversations of dana: a second tab, another client, another device; and one of sam.
    const phone = new Visitor();
    await signIn(phone, authorizationUrl(liveperson), dana);
    const stranger = new Visitor();
    await signIn(stranger, authorizationUrl(liveperson), sam);
    const others = [
      { client: liveperson, tokens: await exchange(liveperson, await codeFor(liveperson)) },
      { client: web, tokens: await exchange(web, await codeFor(web)) },
      { client: liveperson, tokens: await exchange(liveperson, await codeFor(liveperson, phone)) },
      { client: liveperson, tokens: await exchange(liveperson, await codeFor(liveperson, stranger)) },
    ];
    const waiting = await codeFor(liveperson);

    const code = await codeFor(liveperson);
    const { body } = await exchange(liveperson, code);
    expect(await userinfoStatus(liveperson, body.access_token)).toBe(200);
    expectNoTokens(await exchange(liveperson, code));
    expect(await userinfoStatus(liveperson, body.access_token)).toBe(401);
    expect(await isActive(liveperson, body.access_token)).toBe(false);

    for (const { client, tokens } of others) {
      expect(await userinfoStatus(client, tokens.body.access_token)).toBe(200);
    }
    expect((await refresh(web, others[1]?.tokens.body.refresh_token ?? '')).status).toBe(200);
    // A code of another tab that nobody has redeemed yet, and the session itself.
    expect((await exchange(liveperson, waiting)).status).toBe(200);
    expect((await exchange(liveperson, await codeFor(liveperson))).status).toBe(200);
    expect((await exchange(liveperson, await codeFor(liveperson, phone))).status).toBe(200);
  });

  test('by another client, or with another redirect URI, brings nothing and ends nothing', async () => {
    const code = await codeFor(liveperson);
    expectNoTokens(await exchange({ ...web, redirectUri: liveperson.redirectUri }, code));
    expectNoTokens(await exchange({ ...liveperson, redirectUri: 'https://liveperson.net/' }, code));
    const { status, body } = await exchange(liveperson, code);
    expect(status).toBe(200);
    expectNoTokens(await exchange({ ...web, redirectUri: liveperson.redirectUri }, code));
    expect(await userinfoStatus(liveperson, body.access_token)).toBe(200);
  });
});

describe('an ID token', () => {
  const lifetimeOf = (idToken: string): number => {
    const { iat, exp } = claimsOf(idToken) as { iat: number; exp: number };
    return exp - iat;
  };

  test('lives as long as its client says, in each flow; else as the brand says', async () => {
    const short = { ...liveperson, clientId: 'short' };
    expect(lifetimeOf((await exchange(short, await codeFor(short))).body.id_token)).toBe(300);
    const front = await authorizeSilently(visitor, authorizationUrl(short, { response_type: 'id_token' }));
    expect(lifetimeOf(front.get('id_token') ?? '')).toBe(300);
    expect(lifetimeOf((await exchange(liveperson, await codeFor(liveperson))).body.id_token)).toBe(1800);
  });

  test('that has ended is followed by a fresh one, without a page and with the same sub', async () => {
    const first = claimsOf((await exchange(liveperson, await codeFor(liveperson))).body.id_token);
    const second = claimsOf((await exchange(liveperson, await codeFor(liveperson))).body.id_token);
    expect([second['iss'], second['sub']]).toEqual([first['iss'], first['sub']]);
  });
});
