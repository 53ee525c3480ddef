import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { onEachStore } from '../support/on-each-store.ts';
import { type Client, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';
import { Visitor } from '../support/visitor.ts';

/** A relying party that others wrote: openid-client checks every answer against the specifications. */
onEachStore((store) => {
  let parley: RunningParley;
  let web: Client;
  let config: oidc.Configuration;

  beforeAll(async () => {
    const storeUrl = store();
    parley = await startParley(storeUrl ? { store: storeUrl } : {});
    web = webClient(parley);
    config = await discover(oidc.ClientSecretBasic(secrets.web));
  });
  afterAll(() => parley.stop());

  function discover(authentication: oidc.ClientAuth): Promise<oidc.Configuration> {
    // The issuer of the tests is http://localhost.
    const execute = [oidc.allowInsecureRequests];
    return oidc.discovery(new URL(parley.issuer), 'web', undefined, authentication, { execute });
  }

  /** Code, PKCE, nonce and state, as openid-client's documentation shows them. */
  async function signInWith(
    rp: oidc.Configuration,
    { visitor = new Visitor(), scope = 'openid email account' } = {},
  ) {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const expectedNonce = oidc.randomNonce();
    const expectedState = oidc.randomState();
    const url = oidc.buildAuthorizationUrl(rp, {
      redirect_uri: web.redirectUri,
      scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      nonce: expectedNonce,
      state: expectedState,
    });
    const landed = await signIn(visitor, url, dana);
    const checks = { pkceCodeVerifier, expectedNonce, expectedState, idTokenExpected: true };
    return { visitor, landed, checks, tokens: await oidc.authorizationCodeGrant(rp, landed, checks) };
  }

  test('discovers the issuer, signs a consumer in and reads who it is', async () => {
    expect(config.serverMetadata().issuer).toBe(parley.issuer);
    const { tokens } = await signInWith(config);
    expect(tokens.claims()).toMatchObject({ iss: parley.issuer, aud: 'web', sub: dana.sub });
    expect(tokens.expiresIn()).toBeGreaterThan(3500);

    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, dana.sub);
    expect(userinfo).toEqual({
      sub: dana.sub,
      email: 'dana@example.com',
      account_number: '4711-0815',
      plan: 'Unlimited M',
    });
  });

  test('signs in with the secret in the body as well', async () => {
    const rp = await discover(oidc.ClientSecretPost(secrets.web));
    const { tokens } = await signInWith(rp);
    expect(tokens.claims()?.sub).toBe(dana.sub);
  });

  test('pushes its request first', async () => {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
    const expectedNonce = oidc.randomNonce();
    const url = await oidc.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: web.redirectUri,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      nonce: expectedNonce,
    });
    expect([...url.searchParams.keys()].toSorted()).toEqual(['client_id', 'request_uri']);
    const landed = await signIn(new Visitor(), url, dana);
    const tokens = await oidc.authorizationCodeGrant(config, landed, { pkceCodeVerifier, expectedNonce });
    expect(tokens.claims()?.sub).toBe(dana.sub);
  });

  test('refreshes', async () => {
    const { tokens } = await signInWith(config);
    const again = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(again.claims()).toMatchObject({ sub: dana.sub });
    expect(again.access_token).not.toBe(tokens.access_token);
    expect((await oidc.fetchUserInfo(config, again.access_token, dana.sub)).email).toBe('dana@example.com');
  });

  test('introspects, revokes, and finds the tokens dead', async () => {
    const { tokens } = await signInWith(config);
    const before = await oidc.tokenIntrospection(config, tokens.access_token);
    expect(before).toMatchObject({
      active: true,
      client_id: 'web',
      sub: dana.sub,
      scope: 'openid email account',
    });

    await oidc.tokenRevocation(config, tokens.refresh_token ?? '');
    expect((await oidc.tokenIntrospection(config, tokens.access_token)).active).toBe(false);
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    await expect(oidc.fetchUserInfo(config, tokens.access_token, dana.sub)).rejects.toMatchObject({
      status: 401,
    });
  });

  test('signs the consumer out and gets the browser back', async () => {
    const { visitor, tokens } = await signInWith(config);
    const url = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'https://shop.acme.example/bye',
      state: 'left',
    });
    const response = await visitor.get(url);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('https://shop.acme.example/bye?state=left');
    await expect(oidc.fetchUserInfo(config, tokens.access_token, dana.sub)).rejects.toMatchObject({
      status: 401,
    });

    const silent = oidc.buildAuthorizationUrl(config, {
      redirect_uri: web.redirectUri,
      scope: 'openid',
      prompt: 'none',
    });
    const back = new URL((await visitor.get(silent)).headers.get('location') ?? '');
    await expect(oidc.authorizationCodeGrant(config, back)).rejects.toMatchObject({
      error: 'login_required',
    });
  });

  describe('is told', () => {
    test('that a code was used before', async () => {
      const { landed, checks } = await signInWith(config);
      await expect(oidc.authorizationCodeGrant(config, landed, checks)).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    });

    test('that its verifier does not belong to the code', async () => {
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: web.redirectUri,
        scope: 'openid',
        code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
      });
      const landed = await signIn(new Visitor(), url, dana);
      const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
      await expect(oidc.authorizationCodeGrant(config, landed, { pkceCodeVerifier })).rejects.toMatchObject({
        error: 'invalid_grant',
      });
    });

    test('that its secret is wrong', async () => {
      const impostor = await discover(oidc.ClientSecretBasic(secrets.stranger));
      await expect(signInWith(impostor)).rejects.toMatchObject({ status: 401 });
    });
  });
});
