import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { Flow } from '../../../src/twin/liveperson/connector.ts';
import { createEmbeddedWindow } from '../../../src/twin/liveperson/embedded-window.ts';
import { createLivePersonServer } from '../../../src/twin/liveperson/liveperson-server.ts';

/** What the window refuses by itself; the ways that work are shown in a browser. */
const issuer = 'https://id.acme.example';
const identity = { iss: issuer, acr: 'loa1', sub: 'c-7f3k2m' };

/** @returns the window, and the forms that reached the token endpoint */
function openWindow(flow: Flow) {
  const forms: URLSearchParams[] = [];
  const connector = {
    jwtIssuer: issuer,
    tokenEndpoint: `${issuer}/token`,
    jwksEndpoint: `${issuer}/jwks`,
    clientId: 'liveperson',
    clientSecret: 'secret',
    flow,
  };
  const server = createLivePersonServer({
    connector,
    now: Date.now,
    async fetch(_url, init) {
      forms.push(new URLSearchParams(init?.body as string));
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    },
  });
  const methodName = 'lpGetAuthenticationToken';
  return {
    forms,
    window: createEmbeddedWindow({ jwtIssuer: issuer, methodName, flow, server, randomBytes }),
  };
}

test('with PKCE the page gets a challenge of its own each time, and LivePerson redeems with its verifier', async () => {
  const { window, forms } = openWindow('pkce');
  const question = window.ask();
  expect(question.codeChallenge).toMatch(/^[\w-]{43}$/);
  expect(window.ask().codeChallenge).not.toBe(question.codeChallenge);
  await window.receive(question, ['a-code'], identity);
  const { code_verifier: verifier = '', ...form } = Object.fromEntries(forms[0] ?? []);
  expect(createHash('sha256').update(verifier).digest('base64url')).toBe(question.codeChallenge);
  expect(form).toMatchObject({ code: 'a-code', redirect_uri: 'https://liveperson.net' });
});

test.each(['code', 'implicit'] as const)('without PKCE (%s) there is no challenge', (flow) => {
  expect(openWindow(flow).window.ask()).toEqual({});
});

test.each([
  [
    'names a redirect URI',
    { ssoKey: 'a-code', redirect_uri: 'https://www.acme.example/chat' },
    'https://www.acme.example/chat',
  ],
  ['leaves it out', { ssoKey: 'a-code' }, 'https://liveperson.net'],
])('an object with an ssoKey that %s', async (_name, told, redirectUri) => {
  const { window, forms } = openWindow('code');
  await window.receive(window.ask(), [told], identity);
  expect(forms.map((form) => form.get('redirect_uri'))).toEqual([redirectUri]);
});

test("a reason of the page's own leaves the chat a guest's", async () => {
  const { window, forms } = openWindow('code');
  const outcome = await window.receive(window.ask(), ['', 'sign_in_required'], identity);
  expect(outcome).toEqual({ kind: 'declined', reason: 'sign_in_required' });
  expect(forms).toEqual([]);
});

test.each([
  ['nothing', [], '10'],
  ['null', [null], '10'],
  ['a number', [42], '10'],
  ['an object without ssoKey', [{ code: 'a-code' }], '10'],
  ['an empty ssoKey', [{ ssoKey: '' }], '10'],
  ['a redirect URI that is none', [{ ssoKey: 'a-code', redirect_uri: 'here' }], '10'],
])('a page that calls back with %s is refused, and nothing is redeemed', async (_name, told, code) => {
  const { window, forms } = openWindow('code');
  const outcome = await window.receive(window.ask(), told, identity);
  expect(outcome).toMatchObject({ kind: 'refused', refusal: { code } });
  expect(forms).toEqual([]);
});

test.each([
  ['nobody', null],
  ['no acr', { iss: issuer, sub: 'c-7f3k2m' }],
  ['no sub', { iss: issuer, acr: 'loa1' }],
  ['an empty sub', { ...identity, sub: '' }],
  ['an issuer that is nearly right', { ...identity, iss: `${issuer}/` }],
])('an identity function that gives %s is refused, and nothing is redeemed', async (_name, page) => {
  const { window, forms } = openWindow('code');
  const outcome = await window.receive(window.ask(), ['a-code'], page);
  expect(outcome).toMatchObject({ kind: 'refused', refusal: { code: '4407' } });
  expect(forms).toEqual([]);
});
