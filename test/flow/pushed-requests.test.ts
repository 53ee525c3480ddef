import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClientKey, type ClientKey } from '../support/client-key.ts';
import { onEachStore } from '../support/on-each-store.ts';
import {
  answerOf,
  authorizationUrl,
  type Client,
  exchange,
  postAsClient,
  signIn,
  type TokenAnswer,
} from '../support/relying-party.ts';
import { poll } from '../support/poll.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { withoutIds } from '../support/without-ids.ts';
import { Visitor } from '../support/visitor.ts';

/** RFC 9126. */
onEachStore((store) => {
  let parley: RunningParley;
  let web: Client;
  let pushing: Client;
  let stranger: Client;
  let visitor: Visitor;
  let key: ClientKey;
  /** It ends while the other tests run. */
  let brief: { exp: number; pushed: TokenAnswer };

  beforeAll(async () => {
    key = await createClientKey();
    const clients = [
      ...testClients().map((client) =>
        client['id'] === 'web' ? { ...client, jwks: { keys: [key.jwk] } } : client,
      ),
      {
        id: 'pushing',
        secret: secrets.web,
        redirect_uris: ['https://pushing.acme.example/callback'],
        require_pushed_requests: true,
        first_party: true,
      },
    ];
    const storeUrl = store();
    parley = await startParley({ brands: [testBrand({ clients })], ...(storeUrl && { store: storeUrl }) });
    const { issuer } = parley;
    web = webClient({ issuer });
    pushing = { ...web, clientId: 'pushing', redirectUri: 'https://pushing.acme.example/callback' };
    stranger = {
      issuer,
      clientId: 'stranger',
      secret: secrets.stranger,
      redirectUri: 'https://stranger.example/callback',
    };
    visitor = new Visitor();
    await signIn(visitor, authorizationUrl(web), dana);
    brief = await pushBriefly();
  });
  afterAll(() => parley.stop());

  const push = (client: Client, parameters: Record<string, string> = {}) =>
    postAsClient(client, '/request', {
      client_id: client.clientId,
      redirect_uri: client.redirectUri,
      response_type: 'code',
      scope: 'openid',
      prompt: 'none',
      ...parameters,
    });

  async function requestUri(client: Client, parameters: Record<string, string> = {}): Promise<string> {
    const { status, body } = await push(client, parameters);
    expect(status).toBe(201);
    return String(body['request_uri']);
  }

  function use(client_id: string, request_uri: string, more: Record<string, string> = {}): Promise<Response> {
    const query = new URLSearchParams({ client_id, request_uri, ...more });
    return visitor.get(`${parley.issuer}/auth?${query.toString()}`);
  }

  /** A pushed request object may say an earlier end than the usual 60 seconds. */
  async function pushBriefly() {
    const lifetime = 15;
    const exp = Math.floor(Date.now() / 1000) + lifetime;
    const request = await key.sign({
      iss: 'web',
      aud: parley.issuer,
      client_id: 'web',
      exp,
      redirect_uri: web.redirectUri,
      response_type: 'code',
      scope: 'openid',
      prompt: 'none',
    });
    const pushed = await postAsClient(web, '/request', { request });
    expect(pushed.status).toBe(201);
    expect(pushed.body['expires_in']).toBeLessThanOrEqual(lifetime);
    return { exp, pushed };
  }

  const answerTo = (response: Response) => answerOf(new URL(response.headers.get('location') ?? 'none:'));

  test('a pushed request is answered with its own parameters, and the code can be redeemed', async () => {
    const response = await use('web', await requestUri(web, { state: 'pushed' }), { state: 'from-the-url' });
    const answer = answerTo(response);
    expect(answer.get('state')).toBe('pushed');
    expect((await exchange(web, answer.get('code') ?? '')).status).toBe(200);
  });

  test('a pushed request that needs a sign-in is answered after it', async () => {
    const url = new URL(`${parley.issuer}/auth`);
    const request_uri = await requestUri(web, { prompt: 'login', state: 'p' });
    url.search = new URLSearchParams({ client_id: 'web', request_uri }).toString();
    const landed = await signIn(new Visitor(), url, dana);
    expect(answerOf(landed).get('state')).toBe('p');
    expect((await exchange(web, answerOf(landed).get('code') ?? '')).status).toBe(200);
    expect((await use('web', request_uri)).headers.get('location')).toBeNull();
  });

  describe('a request_uri', () => {
    test('is used once', async () => {
      const uri = await requestUri(web);
      expect(answerTo(await use('web', uri)).get('code')).toBeTruthy();
      const again = await use('web', uri);
      expect(again.status).toBe(400);
      expect(again.headers.get('location')).toBeNull();
      expect(withoutIds(again.headers.getSetCookie().join())).not.toMatch(/code/);
    });

    test.each([2, 20])('is used once of %i times at once', async (parallel) => {
      const uri = await requestUri(web);
      const responses = await Promise.all(Array.from({ length: parallel }, () => use('web', uri)));
      const codes = responses.flatMap((response) => {
        const location = response.headers.get('location');
        return location ? (answerOf(new URL(location)).get('code') ?? []) : [];
      });
      expect(codes).toHaveLength(1);
      expect(responses.filter(({ status }) => status >= 500)).toEqual([]);
      expect((await exchange(web, codes[0] ?? '')).status).toBe(200);
    });

    test('is worth nothing to another client', async () => {
      const uri = await requestUri(web);
      const response = await use('stranger', uri);
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
      // Nor is it spent by the attempt.
      expect(answerTo(await use('web', uri)).get('code')).toBeTruthy();
    });

    test('that nobody pushed is refused', async () => {
      const response = await use('web', 'urn:ietf:params:oauth:request_uri:nobody');
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
    });

    test('29 at an address is refused, and the address is not asked', async () => {
      const response = await use('web', `${parley.issuer}/healthz`);
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
    });
  });

  describe('pushing is refused', () => {
    test.each<[string, Record<string, string>, string]>([
      ['with an unregistered redirect URI', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
      [
        'with a request_uri',
        { request_uri: 'urn:ietf:params:oauth:request_uri:x' },
        'request_uri_not_supported',
      ],
      ['with an unknown response type', { response_type: 'token' }, 'unsupported_response_type'],
      [
        'with a plain challenge',
        { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
        'invalid_request',
      ],
    ])('%s', async (_name, parameters, error) => {
      const { status, body } = await push(web, parameters);
      expect([status, body.error]).toEqual([400, error]);
      expect(body['request_uri']).toBeUndefined();
    });

    test('46 with a parameter that is too long, for a public client needs no credentials to be stored', async () => {
      for (const parameters of [{ state: 'x'.repeat(5000) }, { login_hint: 'x'.repeat(2000) }]) {
        const { status, body } = await push(web, parameters);
        expect([status, body.error]).toEqual([400, 'invalid_request']);
        expect(body['request_uri']).toBeUndefined();
      }
    });

    test('with a wrong secret', async () => {
      const { status, body } = await push({ ...web, secret: secrets.stranger });
      expect([status, body.error]).toEqual([401, 'invalid_client']);
    });

    test('without any credentials', async () => {
      const { secret: _left, ...withoutSecret } = web;
      expect((await push(withoutSecret)).status).toBe(401);
    });

    test("with another client's redirect URI", async () => {
      const { status, body } = await push({ ...stranger, redirectUri: web.redirectUri });
      expect([status, body.error]).toEqual([400, 'invalid_request']);
    });
  });

  describe('a client that must push', () => {
    test('gets nothing for a plain request', async () => {
      const url = authorizationUrl(pushing, { prompt: 'none' });
      const answer = answerTo(await visitor.get(url));
      expect(answer.get('error')).toBe('invalid_request');
      expect(answer.get('code')).toBeNull();
    });

    test('gets its answer for a pushed one', async () => {
      const answer = answerTo(await use('pushing', await requestUri(pushing)));
      expect((await exchange(pushing, answer.get('code') ?? '')).status).toBe(200);
    });
  });

  test('a request_uri ends with its time', async () => {
    await poll('the request has expired', 20_000, () => Date.now() / 1000 > brief.exp);
    const response = await use('web', String(brief.pushed.body['request_uri']));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  });
});
