import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { type BrandSigner, brandIssuer, createBrandSigner } from '../support/brand-signer.ts';
import { findFreePort } from '../support/free-port.ts';
import { publishedKeys } from '../support/published-keys.ts';
import {
  authorizationUrl,
  type Client,
  claimsOf,
  exchange,
  isActive,
  postAsClient,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** JWT bearer (RFC 7523) and token exchange (RFC 8693) for servers of the brand's own. */

const orders = 'https://api.acme.example/orders';
const invoices = 'https://api.acme.example/invoices';
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const types = 'urn:ietf:params:oauth:token-type';
const assertionType = 'urn:parley:token-type:assertion';
const now = () => Math.floor(Date.now() / 1000);

describe('grants of back ends', () => {
  let parley: RunningParley;
  let signer: BrandSigner;
  beforeAll(async () => {
    const port = await findFreePort();
    signer = await createBrandSigner(`http://localhost:${port}`);
    const grants = ['jwt-bearer', 'token-exchange'];
    parley = await startParley({
      port,
      brands: [
        testBrand({
          resources: {
            [orders]: { scopes: ['orders.read', 'orders.write'], format: 'jwt' },
            [invoices]: { scopes: ['invoices.read', 'invoices.write'], format: 'opaque' },
          },
          login: [{ assertion: { verify: { issuer: brandIssuer, jwks: signer.jwks } } }, { password: {} }],
          clients: [
            ...testClients().map((client) => (client['id'] === 'web' ? { ...client, grants } : client)),
            { id: 'server', secret: secrets.web, grants, id_token_claims: true },
            { id: 'narrow', secret: secrets.web, grants, scopes: ['account'] },
          ],
        }),
      ],
    });
  });
  afterAll(() => parley.stop());

  const client = (clientId: string): Client => ({
    issuer: parley.issuer,
    clientId,
    secret: secrets.web,
    redirectUri: '',
  });
  const sign = (claims: object = {}) => signer.sign({ sub: dana.sub, channel: 'back', ...claims });
  const bear = async (more: Record<string, string> = {}, claims: object = {}, as = 'server') =>
    postAsClient(client(as), '/token', { grant_type: jwtBearer, assertion: await sign(claims), ...more });
  const exchangeFor = async (more: Record<string, string>, as = 'server') =>
    postAsClient(client(as), '/token', { grant_type: tokenExchange, ...more });

  describe('JWT bearer', () => {
    test('gives the tokens of a sign-in: the same claims, nothing to refresh', async () => {
      const scope = 'openid account billing';
      const { status, body } = await bear({ scope }, { acr: 'gold', amr: ['hwk'], auth_time: now() - 9 });
      expect(status).toBe(200);
      expect(body).toMatchObject({ token_type: 'Bearer', scope, expires_in: 3600 });
      expect(body).not.toHaveProperty('refresh_token');
      expect(claimsOf(body.id_token)).toMatchObject({
        iss: parley.issuer,
        aud: 'server',
        sub: dana.sub,
        acr: 'gold',
        amr: ['hwk'],
        account_number: '4711-0815',
        billing: { balance: 84.2 },
      });
      expect(await userinfoStatus(client('server'), body.access_token)).toBe(200);
      expect(await isActive(client('server'), body.access_token)).toBe(true);
    });

    test('asks for openid where nothing is asked', async () => {
      const { body } = await bear();
      expect(body['scope']).toBe('openid');
      expect(claimsOf(body.id_token)).not.toHaveProperty('account_number');
    });

    test('gives an access token for an API of the brand', async () => {
      const { body } = await bear({ scope: 'openid orders.read', resource: orders });
      const jwks = publishedKeys(parley.issuer);
      const { payload } = await jwtVerify(body.access_token, jwks, { audience: orders });
      expect(payload).toMatchObject({ sub: dana.sub, scope: 'orders.read', client_id: 'server' });
      expect(claimsOf(body.id_token)['sub']).toBe(dana.sub);
    });

    test('28 one assertion gives tokens once, also of 20 at once', async () => {
      const form = { grant_type: jwtBearer, assertion: await sign() };
      const all = await Promise.all(
        Array.from({ length: 20 }, () => postAsClient(client('server'), '/token', form)),
      );
      expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(all.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(19);
    });

    test.each([
      ['of the front channel', { channel: 'front' }],
      ['without a channel', { channel: undefined }],
      ['for another issuer', { aud: 'https://other.example' }],
      ['for two audiences', { aud: ['https://other.example', brandIssuer] }],
      ['of another brand', { iss: 'https://other.example' }],
      ['that has expired', { iat: now() - 400, exp: now() - 300 }],
      ['that is not valid yet', { nbf: now() + 300 }],
      ['that lives too long', { exp: now() + 3600 }],
      ['without jti', { jti: undefined }],
      ['of another client', { client_id: 'web' }],
      ['of a brand login', { nonce: 'n' }],
    ])('28 an assertion %s gives nothing', async (_name, claims) => {
      const { status, body } = await bear({}, claims);
      expect([status, body.error]).toEqual([400, 'invalid_grant']);
      expect(body['error_description']).toMatch(/^assertion: /);
      expect(body).not.toHaveProperty('access_token');
    });

    test('28 an assertion for this client alone is one', async () => {
      expect((await bear({}, { client_id: 'server' })).status).toBe(200);
    });

    test('28 none at all, and something that is none', async () => {
      const none = await postAsClient(client('server'), '/token', { grant_type: jwtBearer });
      expect(none.body.error).toBe('invalid_request');
      const some = await postAsClient(client('server'), '/token', {
        grant_type: jwtBearer,
        assertion: 'x.y',
      });
      expect(some.body.error).toBe('invalid_grant');
    });

    test('40 an unknown account, and one that was signed out since, get nothing', async () => {
      expect((await bear({}, { sub: 'c-nobody' })).body.error).toBe('invalid_grant');
      const early = await sign({ iat: now() - 20 });
      const records = parley.server.sites[0]?.store;
      const before = await bear({ scope: 'openid' });
      await records?.setNotBefore(dana.sub, now() - 10, 3600);
      try {
        const late = await postAsClient(client('server'), '/token', {
          grant_type: jwtBearer,
          assertion: early,
        });
        expect(late.body.error).toBe('invalid_grant');
        expect((await bear()).status).toBe(200);
        expect(before.status).toBe(200);
      } finally {
        await records?.setNotBefore(dana.sub, 0, 1);
      }
    });

    test('18 a scope that the client may not have is refused, and offline_access always', async () => {
      for (const [scope, as] of [
        ['openid billing', 'narrow'],
        ['openid nothing', 'server'],
        ['openid offline_access', 'server'],
        ['openid orders.read', 'server'],
      ] as const) {
        const { body } = await bear({ scope }, {}, as);
        expect(body.error).toBe('invalid_scope');
      }
      expect((await bear({ scope: 'openid account' }, {}, 'narrow')).status).toBe(200);
    });

    test('19 an unknown resource is refused', async () => {
      expect((await bear({ resource: 'https://other.example' })).body.error).toBe('invalid_target');
    });

    test('is for clients that list it and prove themselves', async () => {
      const form = { grant_type: jwtBearer, assertion: await sign() };
      const stranger = await postAsClient(
        { ...client('stranger'), secret: secrets.stranger },
        '/token',
        form,
      );
      expect([stranger.status, stranger.body.access_token]).toEqual([400, undefined]);
      const liar = await postAsClient(
        { ...client('server'), secret: 'wrong-wrong-wrong-wrong' },
        '/token',
        form,
      );
      expect(liar.status).toBe(401);
      // Neither has used the assertion up.
      expect((await postAsClient(client('server'), '/token', form)).status).toBe(200);
    });
  });

  describe('token exchange', () => {
    test.each([assertionType, `${types}:jwt`])('takes an assertion as %s', async (type) => {
      const { body } = await exchangeFor({
        subject_token: await sign(),
        subject_token_type: type,
        scope: 'openid account',
      });
      expect(body).toMatchObject({
        token_type: 'Bearer',
        issued_token_type: `${types}:access_token`,
        scope: 'openid account',
      });
      expect(body).not.toHaveProperty('refresh_token');
      expect(await userinfoStatus(client('server'), body.access_token)).toBe(200);
    });

    test('gives an ID token where that is wanted', async () => {
      const { body } = await exchangeFor({
        subject_token: await sign(),
        subject_token_type: assertionType,
        requested_token_type: `${types}:id_token`,
        scope: 'openid account',
      });
      expect(body).toMatchObject({ token_type: 'N_A', issued_token_type: `${types}:id_token` });
      expect(claimsOf(body.access_token)).toMatchObject({ sub: dana.sub, account_number: '4711-0815' });
    });

    test.each(['resource', 'audience'])('gives an access token for the API in %s', async (name) => {
      const { body } = await exchangeFor({
        subject_token: await sign(),
        subject_token_type: assertionType,
        [name]: orders,
        scope: 'orders.read',
      });
      expect(claimsOf(body.access_token)).toMatchObject({ aud: orders, scope: 'orders.read' });
    });

    async function signedIn() {
      const landed = await signIn(
        new Visitor(),
        authorizationUrl(webClient(parley), { scope: 'openid account billing' }),
        dana,
      );
      return (await exchange(webClient(parley), landed.searchParams.get('code') ?? '')).body;
    }
    const own = (token: string) => ({
      subject_token: token,
      subject_token_type: `${types}:access_token`,
    });

    test('18 narrows an access token, and never widens one', async () => {
      const { access_token: token } = await signedIn();
      const { body } = await exchangeFor({ ...own(token), scope: 'openid account' }, 'web');
      expect(body['scope']).toBe('openid account');
      expect(Number(body['expires_in'])).toBeLessThanOrEqual(3600);
      const told = await fetch(`${parley.issuer}/userinfo`, {
        headers: { authorization: `Bearer ${body.access_token}` },
      });
      const claims = (await told.json()) as object;
      expect(claims).toMatchObject({ account_number: '4711-0815' });
      expect(claims).not.toHaveProperty('billing');

      const wider = await exchangeFor({ ...own(body.access_token), scope: 'openid account billing' }, 'web');
      expect(wider.body.error).toBe('invalid_scope');
      const same = await exchangeFor(own(body.access_token), 'web');
      expect(same.body['scope']).toBe('openid account');
    });

    test('19 keeps the audience of an access token', async () => {
      const { access_token: token } = await signedIn();
      const { body } = await exchangeFor({ ...own(token), resource: orders, scope: 'orders.read' }, 'web');
      expect(body.error).toBe('invalid_target');
    });

    test('19 a narrowed access token is for the same API', async () => {
      const { body: whole } = await bear({ resource: invoices, scope: 'invoices.read invoices.write' });
      const { body } = await exchangeFor({ ...own(whole.access_token), scope: 'invoices.read' }, 'server');
      expect(body['scope']).toBe('invoices.read');
      const { body: told } = await postAsClient(client('server'), '/token/introspection', {
        token: body.access_token,
      });
      expect(told).toMatchObject({ active: true, aud: invoices, scope: 'invoices.read' });
    });

    test('ends with the grant that it came from', async () => {
      const { access_token: token, refresh_token: refreshToken } = await signedIn();
      const { body } = await exchangeFor(own(token), 'web');
      expect(await isActive(webClient(parley), body.access_token)).toBe(true);
      await postAsClient(webClient(parley), '/token/revocation', { token: refreshToken });
      expect(await isActive(webClient(parley), body.access_token)).toBe(false);
      expect((await exchangeFor(own(token), 'web')).body.error).toBe('invalid_request');
    });

    test("19 takes nobody else's access token, no ID token and no refresh token", async () => {
      const tokens = await signedIn();
      for (const [token, type] of [
        [tokens.access_token, 'access_token'],
        [tokens.id_token, 'id_token'],
        [tokens.id_token, 'access_token'],
        [tokens.refresh_token, 'refresh_token'],
        [tokens.refresh_token, 'access_token'],
        [tokens.id_token, 'jwt'],
      ] as const) {
        const { status, body } = await exchangeFor({
          subject_token: token,
          subject_token_type: `${types}:${type}`,
        });
        expect(status).toBe(400);
        expect(body).not.toHaveProperty('access_token');
      }
      const mine = await exchangeFor(
        { subject_token: tokens.id_token, subject_token_type: `${types}:id_token` },
        'web',
      );
      expect(mine.status).toBe(400);
    });

    test.each([
      ['an actor', { actor_token: 'x', actor_token_type: `${types}:jwt` }],
      ['another token type', { requested_token_type: `${types}:refresh_token` }],
    ])('refuses %s', async (_name, more) => {
      const { status, body } = await exchangeFor({
        subject_token: await sign(),
        subject_token_type: assertionType,
        ...more,
      });
      expect([status, body.error]).toEqual([400, 'invalid_request']);
    });
  });
});
