import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Flow } from '../../src/twin/liveperson/connector.ts';
import { createLivePersonServer } from '../../src/twin/liveperson/liveperson-server.ts';
import { createMobileSdk, type MobileSdk } from '../../src/twin/liveperson/mobile-sdk.ts';
import { authorizationUrl, authorizeSilently, type Client, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/** An app with LivePerson's SDK, whose server redeems what the app brings. */
const hostAppRedirectUri = 'https://www.acme.example/app/callback';
const lifetime = 120;

let parley: RunningParley;
let visitor: Visitor;
/** Milliseconds that LivePerson's clock is ahead. */
let ahead: number;
let expired: number;
beforeAll(async () => {
  const app = {
    platform: 'liveperson',
    application_type: 'native',
    redirect_uris: [hostAppRedirectUri],
    openid_includes: ['account'],
    lifetimes: { id_token: lifetime },
  };
  const clients = [
    { ...app, id: 'app', flows: ['code', 'pkce'], secret: secrets.liveperson },
    { ...app, id: 'app-implicit', flows: ['implicit'] },
  ];
  parley = await startParley({ brands: [testBrand({ clients })] });
});
afterAll(() => parley.stop());
beforeEach(async () => {
  [ahead, expired] = [0, 0];
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(clientOf('app')), dana);
});

const clientOf = (clientId: string): Client => ({
  issuer: parley.issuer,
  clientId,
  redirectUri: hostAppRedirectUri,
});

function startSdk(flow: Flow): MobileSdk {
  const now = () => Date.now() + ahead;
  const connector = {
    jwtIssuer: parley.issuer,
    tokenEndpoint: `${parley.issuer}/token`,
    jwksEndpoint: `${parley.issuer}/jwks`,
    clientId: flow === 'implicit' ? 'app-implicit' : 'app',
    clientSecret: secrets.liveperson,
    flow,
  };
  const server = createLivePersonServer({ connector, fetch, now });
  const onTokenExpired = () => {
    expired += 1;
  };
  return createMobileSdk({ flow, server, onTokenExpired, now, randomBytes });
}

/** What the app does in a browser tab: a new code, or a new ID token. */
async function authorize(parameters: Record<string, string> = {}, clientId = 'app'): Promise<string> {
  const answer = await authorizeSilently(visitor, authorizationUrl(clientOf(clientId), parameters));
  return answer.get('code') ?? answer.get('id_token') ?? '';
}

async function authorizeWith(sdk: MobileSdk) {
  const { codeChallenge, codeChallengeMethod, codeVerifier } = await sdk.getPkceParams();
  const challenge = { code_challenge: codeChallenge, code_challenge_method: codeChallengeMethod };
  return { authKey: await authorize(challenge), hostAppRedirectUri, codeVerifier };
}

const accepted = { kind: 'accepted', identity: { agentView: { ctmrinfo: { customerId: '4711-0815' } } } };

test('a code with the challenge of getPKCEParams makes the consumer known until the ID token ends', async () => {
  const sdk = startSdk('pkce');
  expect(sdk.isKnown()).toBe(false);
  expect(await sdk.showConversation(await authorizeWith(sdk))).toMatchObject(accepted);
  expect(sdk.isKnown()).toBe(true);

  ahead = lifetime * 1000;
  expect([sdk.isKnown(), sdk.isKnown(), expired]).toEqual([false, false, 1]);
  ahead = 0;
  expect(await sdk.showConversation(await authorizeWith(sdk))).toMatchObject(accepted);
  expect([sdk.isKnown(), expired]).toEqual([true, 1]);
});

test('what the app holds as a verifier is none', async () => {
  const sdk = startSdk('pkce');
  const { codeChallenge, codeVerifier } = await sdk.getPkceParams();
  expect(codeVerifier.length).toBeGreaterThan(128);
  const challenge = { code_challenge: codeChallenge, code_challenge_method: 'S256' };
  const authKey = await authorize(challenge);
  const server = startSdk('code');
  const raw = await server.showConversation({ authKey, hostAppRedirectUri, codeVerifier });
  expect(raw).toMatchObject({ kind: 'refused', refusal: { code: '1057' } });
});

test('a code without PKCE', async () => {
  const sdk = startSdk('code');
  const params = { authKey: await authorize(), hostAppRedirectUri };
  expect(await sdk.showConversation(params)).toMatchObject(accepted);
});

test('a JWT, and a new one at its end', async () => {
  const sdk = startSdk('implicit');
  const getJwt = () => authorize({ response_type: 'id_token' }, 'app-implicit');
  const hostAppJwt = await getJwt();
  expect(await sdk.showConversation({ hostAppJwt })).toMatchObject(accepted);
  ahead = lifetime * 1000;
  expect([sdk.isKnown(), expired]).toEqual([false, 1]);
  const late = await sdk.showConversation({ hostAppJwt });
  expect(late).toMatchObject({ kind: 'refused', refusal: { code: '4407' } });
  ahead = 0;
  expect(await sdk.showConversation({ hostAppJwt: await getJwt() })).toMatchObject(accepted);
});

test('refused is whoever is not accepted, and nobody is known then', async () => {
  const sdk = startSdk('pkce');
  const good = await authorizeWith(sdk);
  const other = await sdk.getPkceParams();
  for (const [params, code] of [
    [{ ...good, codeVerifier: other.codeVerifier }, '1057'],
    [{ authKey: good.authKey, hostAppRedirectUri }, '1057'],
    [{ ...good, authKey: 'no-code' }, '1057'],
    [{ ...good, hostAppRedirectUri: 'https://www.acme.example/app' }, '1057'],
    [{ hostAppJwt: good.authKey }, '10'],
  ] as const) {
    const outcome = await sdk.showConversation(params);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { code } });
    expect(sdk.isKnown()).toBe(false);
  }
  expect(expired).toBe(0);
});

test('after logOut() nobody is known, and the app hears of no end', async () => {
  const sdk = startSdk('pkce');
  await sdk.showConversation(await authorizeWith(sdk));
  sdk.logOut();
  ahead = lifetime * 1000;
  expect([sdk.isKnown(), expired]).toEqual([false, 0]);
});
