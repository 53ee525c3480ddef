import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, jwtVerify } from 'jose';
import { publishedKeys } from '../support/published-keys.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  postAsClient,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { Visitor } from '../support/visitor.ts';

/** RFC 8707 with access tokens of RFC 9068; docs/security.md 18, 19. */

const orders = 'https://api.acme.example/orders';
const ledger = 'https://api.acme.example/ledger';

let parley: RunningParley;
let web: Client;
let limited: Client;
let visitor: Visitor;

beforeAll(async () => {
  const redirect_uris = ['https://limited.acme.example/callback'];
  const resources = {
    [orders]: { scopes: ['orders.read', 'orders.write'], format: 'jwt' },
    [ledger]: { scopes: ['ledger.read'], format: 'opaque' },
  };
  const clients = [
    ...testClients(),
    { id: 'limited', secret: secrets.web, redirect_uris, first_party: true, scopes: ['orders.read'] },
  ];
  parley = await startParley({ brands: [testBrand({ clients, resources })] });
  web = webClient(parley);
  limited = { ...web, clientId: 'limited', redirectUri: redirect_uris[0] ?? '' };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});
afterAll(() => parley.stop());

async function codeFor(client: Client, parameters: Record<string, string>): Promise<string> {
  return (await authorizeSilently(visitor, authorizationUrl(client, parameters))).get('code') ?? '';
}

async function verify(accessToken: string) {
  const jwks = publishedKeys(parley.issuer);
  return jwtVerify(accessToken, jwks, { issuer: parley.issuer, audience: orders, typ: 'at+jwt' });
}

describe('an access token for an API of the brand', () => {
  test('is a JWT that the API verifies with the JWKS', async () => {
    const code = await codeFor(web, { resource: orders, scope: 'openid orders.read billing' });
    const { status, body } = await exchange(web, code, { resource: orders });
    expect(status).toBe(200);
    expect(body['scope']).toBe('orders.read');

    const { payload } = await verify(body.access_token);
    expect(payload).toMatchObject({ sub: dana.sub, aud: orders, client_id: 'web', scope: 'orders.read' });
    for (const name of ['billing', 'email', 'account_number']) expect(payload).not.toHaveProperty(name);
    // The API is meant, not we.
    expect(await userinfoStatus(web, body.access_token)).toBe(401);
  });

  test("needs no scope of the issuer's beside its own, and another API's is none", async () => {
    const { status, body } = await exchange(
      web,
      await codeFor(web, { resource: orders, scope: 'orders.read' }),
      {
        resource: orders,
      },
    );
    expect([status, body['scope'], body.id_token]).toEqual([200, 'orders.read', undefined]);
    const other = authorizationUrl(web, { resource: orders, scope: 'ledger.read' });
    expect((await authorizeSilently(visitor, other)).get('error')).toBe('invalid_scope');
  });

  test('is opaque where the brand says so', async () => {
    const code = await codeFor(web, { resource: ledger, scope: 'openid ledger.read' });
    const { body } = await exchange(web, code, { resource: ledger });
    expect(body.access_token).not.toContain('.');
    const introspected = await postAsClient(web, '/token/introspection', { token: body.access_token });
    expect(introspected.body).toMatchObject({ active: true, aud: ledger, scope: 'ledger.read' });
    expect(await userinfoStatus(web, body.access_token)).toBe(403);
  });

  test('comes beside one for userinfo from the same grant', async () => {
    const code = await codeFor(web, { resource: orders, scope: 'openid email orders.read' });
    const first = await exchange(web, code);
    expect(await userinfoStatus(web, first.body.access_token)).toBe(200);
    const second = await postAsClient(web, '/token', {
      grant_type: 'refresh_token',
      refresh_token: first.body.refresh_token,
      resource: orders,
    });
    expect(second.status).toBe(200);
    expect((await verify(second.body.access_token)).payload['scope']).toBe('orders.read');
  });
});

describe('19 refused is', () => {
  test.each([
    ['an unknown resource', 'https://api.acme.example/unknown'],
    ['a resource with another path', `${orders}/`],
    ['a resource with a fragment', `${orders}#x`],
    ['no absolute address', 'orders'],
    ['a name that every object has', 'constructor:'],
  ])('%s', async (_name, resource) => {
    const answer = await authorizeSilently(
      visitor,
      authorizationUrl(web, { resource, scope: 'openid orders.read' }),
    );
    expect(answer.get('error')).toBe('invalid_target');
    expect(answer.get('code')).toBeNull();
  });

  test('a resource at the token endpoint that was not granted', async () => {
    const code = await codeFor(web, { resource: orders, scope: 'openid orders.read' });
    const { status, body } = await exchange(web, code, { resource: ledger });
    expect([status, body.error]).toEqual([400, 'invalid_target']);
    expect(body.access_token).toBeUndefined();
  });

  test('a resource at a refresh that was not granted', async () => {
    const { body } = await exchange(web, await codeFor(web, { scope: 'openid' }));
    const again = await postAsClient(web, '/token', {
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token,
      resource: orders,
      scope: 'openid orders.read',
    });
    expect(again.status).toBe(400);
    expect(again.body.error).toMatch(/^invalid_(target|scope)$/);
    expect(again.body.access_token).toBeUndefined();
  });
});

describe('18 a scope of an API', () => {
  test('that was not asked for cannot be added at a refresh', async () => {
    const { body } = await exchange(
      web,
      await codeFor(web, { resource: orders, scope: 'openid orders.read' }),
    );
    const { status, body: again } = await postAsClient(web, '/token', {
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token,
      resource: orders,
      scope: 'openid orders.read orders.write',
    });
    expect([status, again.error]).toEqual([400, 'invalid_scope']);
    expect(again.access_token).toBeUndefined();
  });

  test("that is not one of the client's is not in its token", async () => {
    const parameters = { resource: orders, scope: 'openid orders.read orders.write' };
    const answer = await authorizeSilently(visitor, authorizationUrl(limited, parameters));
    const code = answer.get('code');
    if (code === null) return expect(answer.get('error')).toBe('invalid_scope');
    const { body } = await exchange(limited, code, { resource: orders });
    expect(decodeJwt(body.access_token)['scope']).toBe('orders.read');
  });

  test('without its resource brings nothing of the API', async () => {
    const { body } = await exchange(web, await codeFor(web, { scope: 'openid orders.write' }));
    expect(body['scope']).toBe('openid');
    expect(body.access_token).not.toContain('.');
  });
});
