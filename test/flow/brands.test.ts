import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  isActive,
  postAsClient,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';

/**
 * Three brands in one process and one store, with the same client ids, the same secrets and the same consumers:
 * two share a host and differ by path, the third has a host of its own.
 */
const issuers = {
  acme: 'http://localhost:PORT/acme',
  zeta: 'http://localhost:PORT/zeta',
  gamma: 'http://127.0.0.1:PORT',
};
type Brand = keyof typeof issuers;
const brandNames = Object.keys(issuers) as Brand[];
const strangers: [Brand, Brand][] = [
  ['acme', 'zeta'],
  ['zeta', 'acme'],
  ['acme', 'gamma'],
  ['gamma', 'zeta'],
];

let parley: RunningParley;

beforeAll(async () => {
  parley = await startParley({
    brands: brandNames.map((brand) =>
      testBrand({ brand, display_name: brand, issuer: issuers[brand], clients: clientsOf(brand) }),
    ),
  });
});
afterAll(() => parley.stop());

function clientsOf(brand: Brand): object[] {
  return [
    ...testClients(),
    {
      id: `only-${brand}`,
      secret: secrets.web,
      redirect_uris: ['https://shop.acme.example/callback'],
      first_party: true,
    },
  ];
}

const issuerOf = (brand: Brand) => issuers[brand].replace('PORT', String(parley.port));

function webOf(brand: Brand, clientId = 'web'): Client {
  return {
    issuer: issuerOf(brand),
    clientId,
    secret: secrets.web,
    redirectUri: 'https://shop.acme.example/callback',
  };
}

async function signedInAt(brand: Brand): Promise<{ visitor: Visitor; code: string }> {
  const visitor = new Visitor();
  const landed = await signIn(visitor, authorizationUrl(webOf(brand)), dana);
  return { visitor, code: answerOf(landed).get('code') ?? '' };
}

const silently = (visitor: Visitor, brand: Brand) =>
  authorizeSilently(visitor, authorizationUrl(webOf(brand)));

/** A path as it stands, without the tidying of URL. */
function statusOf(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: parley.port,
      path,
      headers: { host: `localhost:${parley.port}` },
    };
    request(options, (response) => resolve(response.resume().statusCode ?? 0))
      .once('error', reject)
      .end();
  });
}

describe.each(brandNames)('the brand %s', (brand) => {
  test('publishes only addresses below its own issuer', async () => {
    const issuer = issuerOf(brand);
    const discovery = (await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<
      string,
      unknown
    >;
    expect(discovery['issuer']).toBe(issuer);
    const addresses = Object.entries(discovery).filter(([name]) => /_(endpoint|uri)$/.test(name));
    expect(addresses.length).toBeGreaterThan(6);
    for (const [, address] of addresses) expect(String(address).startsWith(`${issuer}/`)).toBe(true);
  });

  test('leads a browser through sign-in, consent and sign-out without leaving its path', async () => {
    const issuer = issuerOf(brand);
    const path = new URL(issuer).pathname.replace(/\/$/, '');
    const seen: string[] = [];
    const visitor = new Visitor(async (input, init) => {
      const response = await fetch(input, init);
      const location = response.headers.get('location');
      if (location) seen.push(location);
      return response;
    });
    const stranger = {
      ...webOf(brand, 'stranger'),
      secret: secrets.stranger,
      redirectUri: 'https://stranger.example/callback',
    };
    const consentUrl = await signIn(visitor, authorizationUrl(stranger), dana);
    const consent = readForm(await (await visitor.get(consentUrl)).text());
    const allowed = await visitor.post(new URL(consent.action, issuer), {
      csrf: consent.fields['csrf'] ?? '',
      decision: 'allow',
    });
    const landed = (await visitor.follow(allowed, new URL(issuer).origin)).url;
    expect(landed.origin).toBe('https://stranger.example');
    const { body } = await exchange(stranger, answerOf(landed).get('code') ?? '');
    expect(claimsOf(body.id_token)).toMatchObject({ iss: issuer, sub: dana.sub });

    const question = readForm(await (await visitor.get(`${issuer}/session/end`)).text());
    expect(new URL(question.action, issuer).href.startsWith(`${issuer}/`)).toBe(true);
    const left = await visitor.post(new URL(question.action, issuer), {
      xsrf: question.fields['xsrf'] ?? '',
      logout: 'yes',
    });
    expect(left.status).toBe(303);
    expect((await silently(visitor, brand)).get('error')).toBe('login_required');

    const within = seen
      .map((location) => new URL(location, issuer))
      .filter(({ host }) => host === new URL(issuer).host);
    expect(within.length).toBeGreaterThan(4);
    for (const { pathname } of within) expect(pathname.startsWith(`${path}/`)).toBe(true);
    for (const [name, cookie] of visitor.cookies) {
      expect(name).toMatch(new RegExp(`^parley_${brand}_`));
      expect(cookie.path.startsWith(path || '/')).toBe(true);
    }
  });
});

describe('no two brands share anything', () => {
  test('signing keys', async () => {
    const sets = await Promise.all(
      brandNames.map(async (brand) => {
        const jwks = (await (await fetch(`${issuerOf(brand)}/jwks`)).json()) as { keys: { kid: string }[] };
        return jwks.keys.map(({ kid }) => kid);
      }),
    );
    const keyIds = sets.flat();
    expect(keyIds.length).toBeGreaterThanOrEqual(3);
    expect(new Set(keyIds).size).toBe(keyIds.length);
  });

  test.each(strangers)('a consumer signed in at %s is nobody at %s', async (home, away) => {
    const { visitor } = await signedInAt(home);
    expect((await silently(visitor, home)).get('code')).toBeTruthy();
    expect((await silently(visitor, away)).get('error')).toBe('login_required');
  });

  test.each(strangers)("session cookies of %s under the names of %s's are refused", async (home, away) => {
    const { visitor } = await signedInAt(home);
    const forger = new Visitor();
    for (const [name, cookie] of visitor.cookies) {
      forger.cookies.set(name.replace(`_${home}_`, `_${away}_`), { ...cookie, path: '/' });
    }
    expect([...forger.cookies.keys()]).toContain(`parley_${away}_session`);
    expect((await silently(forger, away)).get('error')).toBe('login_required');
  });

  test.each(strangers)('keys of %s do not sign cookies for %s', async (home, away) => {
    const { visitor } = await signedInAt(away);
    const name = `parley_${away}_session`;
    const session = visitor.cookies.get(name)?.value ?? '';
    const signedBy = async (brand: Brand) => {
      const signer = parley.server.sites.find((site) => site.brand === brand)?.cookieSignatures;
      const signature = signer?.sign(`${name}=${session}`) ?? '';
      const forger = new Visitor();
      forger.cookies.set(name, { value: session, path: '/' });
      forger.cookies.set(`${name}.sig`, { value: signature, path: '/' });
      return silently(forger, away);
    };
    expect((await signedBy(away)).get('code')).toBeTruthy();
    expect((await signedBy(home)).get('error')).toBe('login_required');
  });

  test.each(strangers)('a client of %s is unknown at %s', async (home, away) => {
    const client = webOf(away, `only-${home}`);
    const answer = await new Visitor().get(authorizationUrl(client));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(
      (await postAsClient(client, '/token', { grant_type: 'authorization_code', code: 'x' })).body.error,
    ).toBe('invalid_client');
  });

  test.each(strangers)('a code of %s is worth nothing at %s, and stays whole', async (home, away) => {
    const { code } = await signedInAt(home);
    expect((await exchange(webOf(away), code)).body.error).toBe('invalid_grant');
    expect((await exchange(webOf(home), code)).status).toBe(200);
  });

  test.each(strangers)('tokens of %s are worth nothing at %s, and stay whole', async (home, away) => {
    const { code } = await signedInAt(home);
    const { body } = await exchange(webOf(home), code);
    expect(await userinfoStatus(webOf(away), body.access_token)).toBe(401);
    expect(await isActive(webOf(away), body.access_token)).toBe(false);
    expect((await refresh(webOf(away), body.refresh_token)).body.error).toBe('invalid_grant');
    await postAsClient(webOf(away), '/token/revocation', { token: body.refresh_token });
    expect(await userinfoStatus(webOf(home), body.access_token)).toBe(200);
    expect((await refresh(webOf(home), body.refresh_token)).status).toBe(200);
  });

  test.each(strangers)('a sign-in that waits at %s cannot be finished at %s', async (home, away) => {
    const visitor = new Visitor();
    const { url } = await visitor.follow(
      await visitor.get(authorizationUrl(webOf(home))),
      new URL(issuerOf(home)).origin,
    );
    for (const cookie of visitor.cookies.values()) cookie.path = '/';
    const uid = url.pathname.split('/').at(-1) ?? '';
    expect(uid).not.toBe('');
    expect((await visitor.get(`${issuerOf(away)}/interaction/${uid}`)).status).toBe(400);
    expect((await visitor.get(`${issuerOf(away)}/auth/${uid}`)).status).toBe(400);
  });

  test('records: the same consumer in the same browser is two consumers, and signing out at one leaves the other', async () => {
    const visitor = new Visitor();
    await signIn(visitor, authorizationUrl(webOf('acme')), dana);
    await signIn(visitor, authorizationUrl(webOf('zeta')), sam);
    const question = readForm(await (await visitor.get(`${issuerOf('zeta')}/session/end`)).text());
    await visitor.post(new URL(question.action, issuerOf('zeta')), {
      xsrf: question.fields['xsrf'] ?? '',
      logout: 'yes',
    });
    expect((await silently(visitor, 'zeta')).get('error')).toBe('login_required');
    const { body } = await exchange(webOf('acme'), (await silently(visitor, 'acme')).get('code') ?? '');
    expect(claimsOf(body.id_token)['sub']).toBe(dana.sub);
  });
});

describe('12 paths that only look like a brand', () => {
  test.each([
    '/',
    '/acmee/jwks',
    '/ACME/jwks',
    '/acme%2Fjwks',
    '//acme/jwks',
    '/%61cme/jwks',
    '/acme/../zeta/jwks',
    '/acme/..;/zeta/jwks',
    '/acme/%2e%2e/zeta/jwks',
    '/acme/..%2fzeta/jwks',
    '/acme//jwks',
    '/zeta\\..\\acme/jwks',
  ])('%s serves nothing', async (path) => {
    expect(await statusOf(path)).toBe(404);
  });
});
