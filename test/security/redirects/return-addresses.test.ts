import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl, type Client, exchange, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 6: where Parley itself sends a browser back to is a listed page or a registered address, as browsers read it. */

const page = 'https://www.acme.example';
let parley: RunningParley;
let liveperson: Client;
let visitor: Visitor;

beforeAll(async () => {
  const clients = testClients().map((client) =>
    client['id'] === 'liveperson' ? { ...client, pages: [page] } : client,
  );
  parley = await startParley({ brands: [testBrand({ clients })] });
  liveperson = {
    issuer: parley.issuer,
    clientId: 'liveperson',
    secret: secrets.liveperson,
    redirectUri: 'https://liveperson.net',
  };
  visitor = new Visitor();
  await signIn(visitor, authorizationUrl(liveperson), dana);
});
afterAll(() => parley.stop());

/** What a browser makes of them is always another site, a script, or nothing that a brand has listed. */
const elsewhere = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '\t//evil.example',
  '/\t/evil.example',
  '\nhttps://evil.example',
  'https:/\\evil.example',
  'https:\\\\evil.example',
  'https:evil.example',
  'https://evil.example\\@www.acme.example/',
  'https://evil.example#@www.acme.example/',
  'https://evil.example?@www.acme.example/',
  'https://www.acme.example@evil.example/',
  'https://www.acme.example:x@evil.example/',
  'https://www.acme.example\t.evil.example/',
  'https://www.acme.example\r\n.evil.example/',
  'https://www.acme.example%2eevil.example/',
  'https://www.acme.example。evil.example/',
  'https://www.acme.example./',
  'https://www.acme.example:444/',
  'http://www.acme.example/',
  'java\tscript:alert(1)',
  'javascript://www.acme.example/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://www.acme.example/1',
  'view-source:https://www.acme.example/',
];

/** Where a browser that is at the issuer goes with such a header. */
function landing(response: Response): URL | undefined {
  const location = response.headers.get('location');
  return location === null ? undefined : new URL(location, parley.issuer);
}

const backTo = (target: string) =>
  authorizationUrl(liveperson, {
    response_type: 'none',
    response_mode: 'page_return',
    page_return_to: target,
  });

describe('6 after a sign-in by redirect', () => {
  test.each([`${page}/account?tab=1`, `${page}/a//b\\c`, `${page}/?next=//evil.example`, page])(
    'the browser goes back to the listed page: %j',
    async (target) => expect(landing(await visitor.get(backTo(target)))?.origin).toBe(page),
  );

  test.each(elsewhere)('the browser does not go to %j', async (target) => {
    const to = landing(await visitor.get(backTo(target)));
    // The registered redirect URI hears of the error.
    if (to) expect(to.origin).toBe('https://liveperson.net');
    expect(to?.searchParams.get('code') ?? null).toBeNull();
  });

  test.each(elsewhere)('not after a cancelled one either: %j', async (target) => {
    const fresh = new Visitor();
    const shown = await fresh.follow(await fresh.get(backTo(target)), parley.issuer);
    if (shown.url.origin !== parley.issuer) return expect(shown.url.origin).toBe('https://liveperson.net');
    const html = await shown.response.text();
    expect(html).not.toMatch(/href="[^"]*(?:evil|script:|data:|blob:)/i);
    expect(readForm(html).fields['csrf']).toBeUndefined();
  });
});

describe('6 after a sign-out', () => {
  test.each(elsewhere)('the browser does not go to %j', async (target) => {
    const web = webClient(parley);
    const browser = visitor.clone();
    const landed = await signIn(browser, authorizationUrl(web), dana);
    const { body } = await exchange(web, landed.searchParams.get('code') ?? '');
    const query = new URLSearchParams({ id_token_hint: body.id_token, post_logout_redirect_uri: target });
    const response = await browser.get(`${parley.issuer}/session/end?${query.toString()}`);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });
});

test.each([
  '/interaction//evil.example',
  '//evil.example/interaction/x',
  '/interaction/\\evil.example/back',
  '/interaction/%09//evil.example/ways',
  '/auth//evil.example',
  '/auth/%5cevil.example',
  '/login/brand?state=//evil.example',
])('6 no redirect repeats a path: %s', async (path) => {
  const response = await fetch(`${parley.issuer}${path}`, { redirect: 'manual' });
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(response.headers.get('location')).toBeNull();
});
