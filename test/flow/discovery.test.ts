import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl, type Client, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { Visitor } from '../support/visitor.ts';

/** OpenID Connect Discovery 1.0, RFC 8414, RFC 9207: what is promised is there, and nothing else is promised. */

let parley: RunningParley;
let web: Client;
/** A brand on a path of a host. */
let onPath: string;
let document: Record<string, unknown>;

beforeAll(async () => {
  const spa = {
    id: 'spa',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['https://spa.acme.example/callback'],
    first_party: true,
  };
  const second = { ...testBrand(), brand: 'second', issuer: 'http://127.0.0.1:PORT/second' };
  parley = await startParley({ brands: [testBrand({ clients: [...testClients(), spa] }), second] });
  onPath = `http://127.0.0.1:${parley.port}/second`;
  web = webClient(parley);
  document = (await (
    await fetch(`${parley.issuer}/.well-known/openid-configuration`)
  ).json()) as typeof document;
});
afterAll(() => parley.stop());

describe('the discovery document', () => {
  test('promises exactly this', () => {
    const { issuer } = parley;
    expect(document).toEqual({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/session/end`,
      pushed_authorization_request_endpoint: `${issuer}/request`,
      introspection_endpoint: `${issuer}/token/introspection`,
      revocation_endpoint: `${issuer}/token/revocation`,
      authorization_response_iss_parameter_supported: true,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      acr_values_supported: ['urn:parley:acr:password'],
      claim_types_supported: ['normal'],
      claims_parameter_supported: true,
      claims_supported: expect.any(Array),
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: ['authorization_code', 'implicit', 'refresh_token'],
      id_token_encryption_alg_values_supported: ['RSA-OAEP-256'],
      id_token_encryption_enc_values_supported: ['A256GCM', 'A128CBC-HS256'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      request_object_encryption_alg_values_supported: [],
      request_object_encryption_enc_values_supported: [],
      request_object_signing_alg_values_supported: ['RS256', 'PS256', 'ES256'],
      request_parameter_supported: true,
      request_uri_parameter_supported: false,
      response_modes_supported: ['form_post', 'fragment', 'query', 'web_message'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'none'],
      scopes_supported: [
        'openid',
        'offline_access',
        'profile',
        'email',
        'address',
        'phone',
        'account',
        'billing',
      ],
      subject_types_supported: ['public', 'pairwise'],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
        'none',
      ],
      token_endpoint_auth_signing_alg_values_supported: ['RS256', 'PS256', 'ES256'],
    });
  });

  test('names the claims that the brand maps, and the signature that is used', () => {
    const claims = document['claims_supported'] as string[];
    expect(claims).toEqual(expect.arrayContaining(['sub', 'email', 'account_number', 'billing', 'lp_sdes']));
    expect(new Set(claims).size).toBe(claims.length);
    expect(document['id_token_signing_alg_values_supported']).toContain('RS256');
    expect(document['id_token_signing_alg_values_supported']).not.toContain('none');
  });

  test('is the same at the address of RFC 8414', async () => {
    const response = await fetch(`${parley.issuer}/.well-known/oauth-authorization-server`);
    expect(await response.json()).toEqual(document);
  });

  test('of a brand on a path names that path only', async () => {
    const second = (await (
      await fetch(`${onPath}/.well-known/openid-configuration`)
    ).json()) as typeof document;
    expect(second['issuer']).toBe(onPath);
    const addresses = Object.entries(second).filter(([name]) => /_(endpoint|uri)$/.test(name));
    expect(addresses.length).toBeGreaterThan(6);
    for (const [, address] of addresses) expect(address).toMatch(new RegExp(`^${onPath}/`));
  });
});

test('what is not promised is not there', async () => {
  const paths = [
    '/reg',
    '/device',
    '/device/auth',
    '/backchannel',
    '/challenge',
    '/ciba',
    '/me',
    '/credential',
  ];
  for (const path of paths) {
    for (const method of ['GET', 'POST']) {
      expect([404, 405]).toContain((await fetch(`${parley.issuer}${path}`, { method })).status);
    }
  }
});

describe('the key set', () => {
  test('has public RS256 keys with ids, and no private member', async () => {
    const response = await fetch(String(document['jwks_uri']));
    const { keys } = (await response.json()) as { keys: Record<string, unknown>[] };
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(key).toMatchObject({ kty: expect.any(String), kid: expect.any(String), use: 'sig' });
      for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) expect(key).not.toHaveProperty(name);
    }
    expect(keys.some(({ alg }) => alg === 'RS256')).toBe(true);
  });

  test("of two brands has no key in common, and none is the library's published sample", async () => {
    const kidsOf = async (issuer: string) => {
      const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: { kid: string }[] };
      return keys.map(({ kid }) => kid);
    };
    const first = await kidsOf(parley.issuer);
    const second = await kidsOf(onPath);
    expect(first.filter((kid) => second.includes(kid))).toEqual([]);
    expect([...first, ...second].filter((kid) => kid.startsWith('keystore-CHANGE-ME'))).toEqual([]);
  });
});

describe('cross-origin requests', () => {
  const origin = 'https://anywhere.example';
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin');

  test.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/jwks'])(
    'to %s may come from anywhere, without cookies',
    async (path) => {
      const response = await fetch(`${parley.issuer}${path}`, { headers: { origin } });
      expect([origin, '*']).toContain(allowed(response));
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    },
  );

  test('to the authorization endpoint are not answered for scripts (RFC 9700 section 2.6)', async () => {
    const visitor = new Visitor();
    await signIn(visitor, authorizationUrl(web), dana);
    for (const from of [origin, 'https://shop.acme.example', 'null', parley.issuer]) {
      const response = await visitor.get(authorizationUrl(web, { prompt: 'none' }), { origin: from });
      const corsHeaders = [...response.headers.keys()].filter((name) => name.startsWith('access-control-'));
      expect(corsHeaders).toEqual([]);
    }
    const preflight = await fetch(`${parley.issuer}/auth`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    });
    expect(allowed(preflight)).toBeNull();
  });

  test('to the token endpoint are for the pages of a public client alone', async () => {
    const post = (from: string, client_id: string) =>
      fetch(`${parley.issuer}/token`, {
        method: 'POST',
        headers: { origin: from },
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id,
          code: 'x',
          redirect_uri: 'x',
        }),
      });
    expect(allowed(await post('https://spa.acme.example', 'spa'))).toBe('https://spa.acme.example');
    expect(allowed(await post(origin, 'spa'))).toBeNull();
    expect(allowed(await post('https://spa.acme.example.evil.example', 'spa'))).toBeNull();
    expect(allowed(await post('null', 'spa'))).toBeNull();
    expect(allowed(await post('https://shop.acme.example', 'web'))).toBeNull();
  });
});

describe('the issuer in an authorization response (RFC 9207)', () => {
  test('stands beside a code and beside an error', async () => {
    const visitor = new Visitor();
    const refused = await visitor.get(authorizationUrl(web, { prompt: 'none', state: 's' }));
    const error = new URL(refused.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(error)).toMatchObject({
      error: 'login_required',
      iss: parley.issuer,
      state: 's',
    });

    const landed = await signIn(visitor, authorizationUrl(web), dana);
    expect(landed.searchParams.get('code')).toBeTruthy();
    expect(landed.searchParams.getAll('iss')).toEqual([parley.issuer]);
  });

  test('is the one with the path for a brand on a path', async () => {
    const second: Client = { ...web, issuer: onPath };
    const refused = await new Visitor().get(authorizationUrl(second, { prompt: 'none' }));
    expect(new URL(refused.headers.get('location') ?? '').searchParams.get('iss')).toBe(second.issuer);
  });
});
