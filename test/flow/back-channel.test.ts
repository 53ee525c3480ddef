import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type BrandSigner, brandIssuer, createBrandSigner } from '../support/brand-signer.ts';
import { findFreePort } from '../support/free-port.ts';
import { whileDirectoryIsAsked } from '../support/hold-directory.ts';
import { type Listener, startListener } from '../support/listener.ts';
import { onEachStore } from '../support/on-each-store.ts';
import { poll } from '../support/poll.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  createPkce,
  exchange,
  isActive,
  postAsClient,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** The brand says, server to server, that a consumer signed out or was disabled. */

const signedOut = { 'http://schemas.openid.net/event/backchannel-logout': {} };
const disabled = { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {} };
const page = 'https://www.acme.example';
const now = () => Math.floor(Date.now() / 1000);

let told: Listener;
beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  told = await startListener();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await told.stop();
});

onEachStore((store) => {
  let parley: RunningParley;
  let signer: BrandSigner;
  beforeAll(async () => {
    const port = await findFreePort();
    const chosen = store();
    signer = await createBrandSigner(`http://localhost:${port}`);
    const clients = testClients().map((client) =>
      client['id'] === 'web'
        ? {
            ...client,
            pages: [page],
            grants: ['jwt-bearer'],
            backchannel_logout_uri: `${told.origin}/logged-out`,
          }
        : client,
    );
    const verify = { issuer: brandIssuer, jwks: signer.jwks };
    parley = await startParley({
      port,
      ...(chosen !== undefined && { store: chosen }),
      brands: [
        testBrand({
          internal_hosts: [`127.0.0.1:${told.port}`],
          login: [{ assertion: { verify } }, { password: {} }],
          clients,
        }),
      ],
    });
  });
  afterAll(() => parley.stop());
  beforeEach(async () => {
    told.received.length = 0;
    await parley.server.sites[0]?.store.resetCounter('back-channel:127.0.0.1');
  });

  const web = (): Client => webClient(parley);
  const signEvent = (claims: object = {}, header: object = {}) =>
    signer.sign(
      { channel: undefined, sub: dana.sub, events: signedOut, ...claims },
      { header: { typ: 'logout+jwt', ...header } },
    );
  const post = (form: Record<string, string> | string, init: RequestInit = {}) =>
    fetch(`${parley.issuer}/backchannel/sign-out`, {
      method: 'POST',
      body: new URLSearchParams(form),
      ...init,
    });
  let lastCall = 0;
  const callBrand = async (claims: object = {}) => {
    const response = await post({ logout_token: await signEvent(claims) });
    lastCall = now();
    return response;
  };
  /** What begins in the second of a call is dead with it. */
  const nextSecond = () => poll('the next second', 20_000, () => now() > lastCall);

  async function signedIn(consumer = dana) {
    const visitor = new Visitor();
    await nextSecond();
    const url = authorizationUrl(web(), { scope: 'openid account' });
    const landed = await signIn(visitor, url, consumer);
    const code = landed.searchParams.get('code') ?? '';
    const { body } = await exchange(web(), code);
    return { visitor, tokens: body };
  }

  test('ends every session of the consumer, on all devices, and leaves everybody else alone', async () => {
    const [phone, laptop, other] = [await signedIn(), await signedIn(), await signedIn(sam)];
    const answer = await callBrand();
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await answer.json()).toMatchObject({ ended_sessions: expect.any(Number) });
    for (const { visitor } of [phone, laptop]) {
      const silent = await authorizeSilently(visitor, authorizationUrl(web()));
      expect(silent.get('error')).toBe('login_required');
    }
    const stays = await authorizeSilently(other.visitor, authorizationUrl(web()));
    expect(stays.get('code')).toBeTruthy();
    expect((await refresh(web(), other.tokens.refresh_token)).status).toBe(200);
  });

  test('refresh, userinfo, introspection, pending codes and page calls are refused at once', async () => {
    const { visitor, tokens } = await signedIn();
    const pending = (await authorizeSilently(visitor, authorizationUrl(web()))).get('code') ?? '';
    expect((await callBrand()).status).toBe(200);
    expect((await refresh(web(), tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await exchange(web(), pending)).body.error).toBe('invalid_grant');
    expect(await userinfoStatus(web(), tokens.access_token)).toBe(401);
    expect(await isActive(web(), tokens.access_token)).toBe(false);
    const identity = await visitor.post(
      `${parley.issuer}/page/identity`,
      { client_id: 'web' },
      { origin: page },
    );
    expect(await identity.json()).toBeNull();
  });

  test("tokens of the brand's own servers end too", async () => {
    await nextSecond();
    const { body } = await postAsClient(web(), '/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await signer.sign({ sub: dana.sub, channel: 'back' }),
    });
    expect(await userinfoStatus(web(), body.access_token)).toBe(200);
    await callBrand({ events: disabled });
    expect(await userinfoStatus(web(), body.access_token)).toBe(401);
  });

  test('relying parties are told', async () => {
    const { tokens } = await signedIn();
    await callBrand({ events: disabled });
    const heard = () =>
      told.received.map(({ body }) => claimsOf(new URLSearchParams(body).get('logout_token') ?? ''));
    await poll('the logout token arrives', 20_000, () =>
      heard().some(({ sid }) => sid === claimsOf(tokens.id_token)['sid']),
    );
    expect(heard().every(({ sub }) => sub === dana.sub)).toBe(true);
  });

  test('the consumer can sign in again afterwards', async () => {
    const { visitor } = await signedIn();
    await callBrand();
    const again = await signedIn();
    const silent = await authorizeSilently(again.visitor, authorizationUrl(web()));
    expect(silent.get('code')).toBeTruthy();
    const former = await authorizeSilently(visitor, authorizationUrl(web()));
    expect(former.get('error')).toBe('login_required');
  });

  test('56 a silent request that is under way brings nothing back', async () => {
    const { visitor } = await signedIn();
    const url = authorizationUrl(web(), { prompt: 'none' });
    const response = await whileDirectoryIsAsked(parley, () => visitor.get(url), callBrand);
    const answer = new URL(response.headers.get('location') ?? '').searchParams;
    const code = answer.get('code');
    if (code === null) expect(answer.get('error')).toBe('login_required');
    else expect((await exchange(web(), code)).body.error).toBe('invalid_grant');
    const after = await authorizeSilently(visitor, authorizationUrl(web()));
    expect(after.get('error')).toBe('login_required');
  });

  describe('56 what is under way while the brand disables the consumer, and ends in a later second', () => {
    const disable = async () => {
      await callBrand({ events: disabled });
      await nextSecond();
    };
    const pkce = createPkce();
    const tokensOf = async (code: string | undefined): Promise<unknown> => {
      const { body } = await exchange(web(), code ?? '', { code_verifier: pkce.verifier });
      return body.error ?? body;
    };

    test("a sign-in by the brand's assertion gives nothing", async () => {
      await nextSecond();
      const visitor = new Visitor();
      const form = {
        client_id: 'web',
        response_type: 'code',
        scope: 'openid',
        redirect_uri: web().redirectUri,
        ...pkce.challenge,
        login_hint_token: await signer.sign({ sub: dana.sub }),
      };
      const authorize = () => visitor.post(`${parley.issuer}/page/authorize`, form, { origin: page });
      const response = await whileDirectoryIsAsked(parley, authorize, disable);
      const { code } = (await response.json()) as { code?: string };
      if (code !== undefined) expect(await tokensOf(code)).toBe('invalid_grant');
      const identity = await visitor.post(
        `${parley.issuer}/page/identity`,
        { client_id: 'web' },
        { origin: page },
      );
      expect(await identity.json()).toBeNull();
    });

    test("a grant of the brand's own server gives nothing", async () => {
      await nextSecond();
      const body = new URLSearchParams({
        client_id: 'web',
        client_secret: web().secret ?? '',
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: await signer.sign({ sub: dana.sub, channel: 'back' }),
      });
      const bear = () => fetch(`${parley.issuer}/token`, { method: 'POST', body });
      const response = await whileDirectoryIsAsked(parley, bear, disable);
      const { access_token: token } = (await response.json()) as { access_token?: string };
      if (token !== undefined) expect(await userinfoStatus(web(), token)).toBe(401);
    });
  });

  describe('what the brand has not signed for this ends nobody', () => {
    let visitor: Visitor;
    beforeAll(async () => {
      ({ visitor } = await signedIn());
    });

    test.each([
      ['another audience', 'aud', { aud: 'https://other.example' }, {}],
      ['two audiences', 'aud', { aud: ['https://other.example', 'https://id.acme.example'] }, {}],
      ['another issuer', 'iss', { iss: 'https://other.example' }, {}],
      ['no jti', 'jti', { jti: undefined }, {}],
      ['no sub', 'sub', { sub: undefined }, {}],
      ['no events', 'events', { events: undefined }, {}],
      ['an unknown event', 'events', { events: { 'https://other.example/event': {} } }, {}],
      ['two events', 'events', { events: { ...signedOut, ...disabled } }, {}],
      ['a nonce', 'nonce', { nonce: 'n' }, {}],
      ['a long life', 'within 120 s', { exp: now() + 3600 }, {}],
      ['an expiry that has passed', 'expired', { iat: now() - 300, exp: now() - 200 }, {}],
      ['a beginning in the future', 'iat', { iat: now() + 300, exp: now() + 360 }, {}],
      ["an assertion's typ", 'typ', {}, { typ: 'parley-login+jwt' }],
      ['no typ', 'typ', {}, { typ: undefined }],
    ])('%s', async (_name, word, claims, header) => {
      const response = await post({ logout_token: await signEvent(claims, header) });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: 'invalid_request',
        error_description: expect.stringMatching(new RegExp(`^logout_token: .*${word}`)),
        support_id: expect.any(String),
      });
    });

    test.each([
      ['nothing', () => post({})],
      ['two tokens', async () => post(`logout_token=${await signEvent()}&logout_token=${await signEvent()}`)],
      ['something that is no JWT', () => post({ logout_token: 'x' })],
      ['alg none', () => post({ logout_token: `${btoa('{"alg":"none","typ":"logout+jwt"}')}.e30.` })],
      ['a GET', async () => fetch(`${parley.issuer}/backchannel/sign-out?logout_token=${await signEvent()}`)],
      [
        'JSON',
        async () =>
          post(
            {},
            {
              body: JSON.stringify({ logout_token: await signEvent() }),
              headers: { 'content-type': 'application/json' },
            },
          ),
      ],
      ['30 kB', () => post({ logout_token: 'x'.repeat(30_000) })],
      [
        'another key',
        async () => {
          const stranger = await createBrandSigner(parley.issuer);
          return post({
            logout_token: await stranger.sign(
              { sub: dana.sub, channel: undefined, events: signedOut },
              { header: { typ: 'logout+jwt' } },
            ),
          });
        },
      ],
    ])('%s', async (_name, call) => {
      const { status } = await call();
      expect([400, 405, 413]).toContain(status);
    });

    test('and nobody was ended', async () => {
      const silent = await authorizeSilently(visitor, authorizationUrl(web()));
      expect(silent.get('code')).toBeTruthy();
    });
  });

  test('28 a token counts once, also of 20 at once', async () => {
    const logoutToken = await signEvent({ sub: `c-${randomUUID()}` });
    const all = await Promise.all(Array.from({ length: 20 }, () => post({ logout_token: logoutToken })));
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test('strangers who try often wait, and the brand does not', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 32; n += 1) statuses.push((await post({ logout_token: 'x' })).status);
    expect(statuses.filter((status) => status === 400)).toHaveLength(30);
    const waiting = await post({ logout_token: 'x' });
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '60']);
    await parley.server.sites[0]?.store.resetCounter('back-channel:127.0.0.1');
    for (let n = 0; n < 32; n += 1) expect((await callBrand({ sub: `c-${randomUUID()}` })).status).toBe(200);
  });

  test('41 the log has what happened and nothing of the token', async () => {
    const logoutToken = await signEvent({ sub: 'c-somebody' });
    await post({ logout_token: logoutToken });
    const lines = JSON.stringify(parley.log.slice(-3));
    expect(lines).toContain('the brand ended a consumer');
    expect(JSON.stringify(parley.log)).not.toContain(logoutToken.split('.')[2]);
  });
});

test('a brand that signs nothing has no such address', async () => {
  const parley = await startParley();
  try {
    const response = await fetch(`${parley.issuer}/backchannel/sign-out`, { method: 'POST' });
    expect(response.status).toBe(404);
  } finally {
    await parley.stop();
  }
});
