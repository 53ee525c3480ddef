import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLivePersonServer } from '../../src/twin/liveperson/liveperson-server.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  createPkce,
  exchange,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';

/** A brand's app with LivePerson's SDK: RFC 8252, redeemed by LivePerson's server with a secret all the same. */

const claimedUri = 'https://www.acme.example/app/callback';
const schemeUri = 'com.acme.app:/callback';

let parley: RunningParley;
let claimed: Client;
let scheme: Client;
/** The app's browser tab, where dana is signed in. */
let visitor: Visitor;

beforeAll(async () => {
  const app = {
    platform: 'liveperson',
    application_type: 'native',
    flows: ['code', 'pkce'],
    openid_includes: ['profile', 'account'],
    redirect_uris: [claimedUri, schemeUri],
    secret: secrets.liveperson,
  };
  const clients = [
    ...testClients(),
    { ...app, id: 'app', name: 'Acme App' },
    { ...app, id: 'foreign-app', name: 'Foreign App', first_party: false },
  ];
  parley = await startParley({ brands: [testBrand({ clients })] });
  claimed = {
    issuer: parley.issuer,
    clientId: 'app',
    secret: secrets.liveperson,
    redirectUri: claimedUri,
  };
  scheme = { ...claimed, redirectUri: schemeUri };
});
afterAll(() => parley.stop());

beforeEach(async () => {
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(claimed), dana);
});

interface Page {
  html: string;
  response: Response;
  action: URL;
  csrf: string;
}

async function open(url: URL): Promise<Page> {
  const { response } = await visitor.follow(await visitor.get(url), parley.issuer);
  const html = await response.text();
  const { action, fields } = readForm(html);
  return { html, response, action: new URL(action || '/none', parley.issuer), csrf: fields['csrf'] ?? '' };
}

async function submit({ action, csrf }: Page, form: Record<string, string>): Promise<URL> {
  const submitted = await visitor.post(action, { csrf, ...form }, { origin: parley.issuer });
  return (await visitor.follow(submitted, parley.issuer)).url;
}

/** What LivePerson's server makes of the code that the app hands to the SDK. */
function redeemAsLivePerson(client: Client, code: string, codeVerifier: string) {
  const connector = {
    jwtIssuer: parley.issuer,
    tokenEndpoint: `${parley.issuer}/token`,
    jwksEndpoint: `${parley.issuer}/jwks`,
    clientId: client.clientId,
    clientSecret: client.secret ?? '',
    flow: 'pkce' as const,
  };
  const twin = createLivePersonServer({ connector, fetch, now: Date.now });
  return twin.redeem({ code, redirectUri: client.redirectUri, codeVerifier });
}

describe('an app with a claimed https address', () => {
  test('signs in silently, and LivePerson redeems the code with its verifier', async () => {
    const { verifier, challenge } = createPkce();
    const answer = await authorizeSilently(visitor, authorizationUrl(claimed, challenge));
    const outcome = await redeemAsLivePerson(claimed, answer.get('code') ?? '', verifier);
    expect(outcome).toMatchObject({
      kind: 'accepted',
      identity: { agentView: { standard: { given_name: 'Dana' }, other: { account_number: '4711-0815' } } },
    });
  });

  test("needs LivePerson's verifier and the secret", async () => {
    const { verifier, challenge } = createPkce();
    const codeOf = async () =>
      (await authorizeSilently(visitor, authorizationUrl(claimed, challenge))).get('code') ?? '';
    const wrong = await redeemAsLivePerson(claimed, await codeOf(), createPkce().verifier);
    expect(wrong).toMatchObject({ kind: 'refused', refusal: { code: '1057' } });

    const { secret: _secret, ...anybody } = claimed;
    const stolen = await exchange(anybody, await codeOf(), { client_id: 'app', code_verifier: verifier });
    expect([stolen.status, stolen.body.error]).toEqual([401, 'invalid_client']);
    expect(stolen.body.id_token).toBeUndefined();
  });

  test("asks each time when the app is not the brand's own", async () => {
    const foreign = { ...claimed, clientId: 'foreign-app' };
    const page = await open(authorizationUrl(foreign));
    expect(page.html).toContain('value="allow"');
    expect(answerOf(await submit(page, { decision: 'allow' })).get('code')).toBeTruthy();

    const silent = await authorizeSilently(visitor, authorizationUrl(foreign));
    expect([silent.get('error'), silent.get('code')]).toEqual(['interaction_required', null]);
    expect((await open(authorizationUrl(foreign))).html).toContain('value="continue"');
  });
});

describe('an app with a scheme of its own, which another app may claim', () => {
  test('gets nothing silently', async () => {
    const answer = await authorizeSilently(visitor, authorizationUrl(scheme, createPkce().challenge));
    expect(answer.get('error')).toBe('interaction_required');
    expect(answer.get('code')).toBeNull();
  });

  test('gets a code after one click, on a page that says who goes on', async () => {
    const { verifier, challenge } = createPkce();
    const page = await open(authorizationUrl(scheme, { ...challenge, state: 's p' }));
    expect(page.html).toContain('Continue as <bdi>Dana Reyes</bdi>?');
    expect(page.html).toContain('Acme App');
    expect(page.html).not.toContain('Share your details');
    // Chromium would stop the redirect to the app otherwise.
    expect(page.response.headers.get('content-security-policy')).toContain(
      "form-action 'self' com.acme.app:",
    );

    const landed = await submit(page, { decision: 'continue' });
    expect(landed.href).toMatch(/^com\.acme\.app:\/callback\?/);
    expect(answerOf(landed).get('state')).toBe('s p');
    const outcome = await redeemAsLivePerson(scheme, answerOf(landed).get('code') ?? '', verifier);
    expect(outcome.kind).toBe('accepted');
  });

  test('one click is for one time: the next request asks again', async () => {
    await submit(await open(authorizationUrl(scheme)), { decision: 'continue' });
    expect((await open(authorizationUrl(scheme))).html).toContain('Continue as');
    const silent = await authorizeSilently(visitor, authorizationUrl(scheme));
    expect(silent.get('error')).toBe('interaction_required');
  });

  test('whoever has just typed a password is not asked for a click as well', async () => {
    visitor = new Visitor();
    const landed = await signIn(visitor, authorizationUrl(scheme), dana);
    expect(landed.href).toMatch(/^com\.acme\.app:\/callback\?code=/);
    const silent = await authorizeSilently(visitor, authorizationUrl(scheme));
    expect(silent.get('error')).toBe('interaction_required');
  });

  test('on a shared device another consumer takes over, and nothing of the first reaches the app', async () => {
    const first = visitor.clone();
    const page = await open(authorizationUrl(scheme));
    const submitted = await visitor.post(page.action, { csrf: page.csrf, decision: 'other' });
    const { response } = await visitor.follow(submitted, parley.issuer);
    const { action, fields } = readForm(await response.text());
    const signedIn = await visitor.post(new URL(action, parley.issuer), {
      csrf: fields['csrf'] ?? '',
      login: sam.login,
      password: sam.password,
    });
    const landed = (await visitor.follow(signedIn, parley.issuer)).url;
    const { body } = await exchange(scheme, answerOf(landed).get('code') ?? '');
    expect(claimsOf(body.id_token)['sub']).toBe(sam.sub);
    const late = await authorizeSilently(first, authorizationUrl(claimed));
    expect(late.get('error')).toBe('login_required');
  });

  test('whoever asks for another account and signs in as before stays signed in', async () => {
    const page = await open(authorizationUrl(scheme));
    const submitted = await visitor.post(page.action, { csrf: page.csrf, decision: 'other' });
    const { url } = await visitor.follow(submitted, parley.issuer);
    const landed = await signIn(visitor, url, dana);
    const { body } = await exchange(scheme, answerOf(landed).get('code') ?? '');
    expect(claimsOf(body.id_token)['sub']).toBe(dana.sub);
    expect((await authorizeSilently(visitor, authorizationUrl(claimed))).get('code')).toBeTruthy();
  });

  test.each([
    ['cancelled', { decision: 'cancel' }],
    ['left without a decision', {}],
  ])('when the click is %s the app gets access_denied', async (_name, form: Record<string, string>) => {
    const landed = await submit(await open(authorizationUrl(scheme)), form);
    expect(answerOf(landed).get('error')).toBe('access_denied');
    expect(answerOf(landed).get('code')).toBeNull();
  });

  test('a click that another page sends is refused', async () => {
    const page = await open(authorizationUrl(scheme));
    const forged = await visitor.post(page.action, { csrf: 'x', decision: 'continue' });
    expect(forged.status).toBe(403);
    const foreign = await visitor.post(
      page.action,
      { csrf: page.csrf, decision: 'continue' },
      { origin: 'https://evil.example' },
    );
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get('location')).toBeNull();
  });
});

test('neither address is near enough: another scheme, path or host is refused', async () => {
  for (const redirectUri of [
    'com.acme.app2:/callback',
    'com.acme.app:/callback/x',
    'com.acme.app://callback',
    'https://www.acme.example/app/callback/',
    'https://evil.example/app/callback',
  ]) {
    const response = await visitor.get(authorizationUrl({ ...claimed, redirectUri }));
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
  }
});
