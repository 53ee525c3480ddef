import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl, type Client, exchange, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';

/** OAuth 2.0 Form Post Response Mode; test/browser/form-post.test.ts shows that it works in a browser. */

let parley: RunningParley;
let web: Client;
let visitor: Visitor;

beforeAll(async () => {
  parley = await startParley();
  const redirectUri = 'https://shop.acme.example/callback';
  web = { issuer: parley.issuer, clientId: 'web', secret: secrets.web, redirectUri };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(web), dana);
});
afterAll(() => parley.stop());

async function answerPage(parameters: Record<string, string>) {
  const url = authorizationUrl(web, { response_mode: 'form_post', ...parameters });
  const response = await visitor.get(url);
  return { response, html: await response.text() };
}

/** The header's directives by name. */
function policyOf(response: Response): Record<string, string> {
  const directives = (response.headers.get('content-security-policy') ?? '').split(';');
  return Object.fromEntries(directives.map((line) => /^\s*(\S+)\s*(.*?)\s*$/.exec(line)?.slice(1, 3) ?? []));
}

/** What a browser compares with the policy: the text of the page's only script. */
function scriptHash(html: string): string {
  const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
  expect(scripts).toHaveLength(1);
  return createHash('sha256')
    .update(scripts[0] ?? '')
    .digest('base64');
}

test('a code arrives as a form, in no URL, and can be redeemed', async () => {
  const { response, html } = await answerPage({ state: 'a"b<c' });
  const { action, fields } = readForm(html);
  expect(response.status).toBe(200);
  expect(response.headers.get('location')).toBeNull();
  expect(action).toBe(web.redirectUri);
  expect(fields).toEqual({ code: expect.any(String), state: 'a"b<c', iss: parley.issuer });
  expect((await exchange(web, fields['code'] ?? '')).status).toBe(200);
});

test.each(['id_token', 'code id_token'])('%s too', async (response_type) => {
  const { fields } = readForm((await answerPage({ response_type, nonce: 'n-1' })).html);
  expect(Object.keys(fields).toSorted()).toEqual(response_type.split(' '));
});

test('an error arrives as a form', async () => {
  const { html } = await answerPage({ scope: 'openid', prompt: 'none', max_age: '-1' });
  const { action, fields } = readForm(html);
  expect(action).toBe(web.redirectUri);
  expect(fields).toMatchObject({ error: 'invalid_request', iss: parley.issuer });
  expect(fields).not.toHaveProperty('code');
});

describe('the page', () => {
  test('runs exactly its own script, stands in no frame and is kept nowhere', async () => {
    const { response, html } = await answerPage({ state: '<script>alert(1)</script>' });
    expect(policyOf(response)).toEqual({
      'default-src': "'none'",
      'script-src': `'sha256-${scriptHash(html)}'`,
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-frame-options')).toBe('DENY');
  });

  test('has the same policy when it carries an error', async () => {
    const { response, html } = await answerPage({ prompt: 'none', max_age: '-1' });
    expect(policyOf(response)['script-src']).toBe(`'sha256-${scriptHash(html)}'`);
  });

  test('after a sign-in on the way is the same', async () => {
    const stranger = new Visitor();
    const url = authorizationUrl(web, { response_mode: 'form_post' });
    const login = await stranger.follow(await stranger.get(url), parley.issuer);
    const { action, fields } = readForm(await login.response.text());
    const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };
    const submitted = await stranger.post(new URL(action, parley.issuer), form);
    const { response } = await stranger.follow(submitted, parley.issuer);
    const html = await response.text();
    expect(readForm(html).fields['code']).toBeTruthy();
    expect(policyOf(response)['script-src']).toBe(`'sha256-${scriptHash(html)}'`);
  });
});

test('a sign-out when nobody is signed in sends itself on under the same policy', async () => {
  const response = await new Visitor().get(`${parley.issuer}/session/end`);
  expect(policyOf(response)['script-src']).toBe(`'sha256-${scriptHash(await response.text())}'`);
});

test('an error page of ours still runs no script at all', async () => {
  const response = await visitor.get(`${parley.issuer}/auth?client_id=nobody`);
  expect(response.status).toBe(400);
  expect(policyOf(response)).not.toHaveProperty('script-src');
});
