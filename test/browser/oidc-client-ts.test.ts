import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { collectComplaints, launchChromium, typeSignIn } from '../support/chromium.ts';
import type { Listener } from '../support/listener.ts';
import { poll } from '../support/poll.ts';
import { userinfoStatus } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand, testClients } from '../support/test-brand.ts';
import { startSinglePageApp } from './single-page-app.ts';

interface SignedIn {
  access_token: string;
  id_token: string;
  refresh_token?: string;
  /** What the application remembered across the sign-in. */
  state?: unknown;
  profile: Record<string, unknown>;
}

/** A single-page application that others' library signs in: a public client in a real browser. */
describeWith('chromium', (executablePath) => {
  let parley: RunningParley;
  let app: Listener;
  let origin: string;
  let browser: Browser;
  let context: BrowserContext;
  let complaints: string[];
  let page: Page;

  beforeAll(async () => {
    app = await startSinglePageApp();
    origin = `http://localhost:${app.port}`;
    const spa = {
      token_endpoint_auth_method: 'none',
      flows: ['pkce'],
      redirect_uris: [`${origin}/callback`, `${origin}/silent`],
      post_logout_redirect_uris: [`${origin}/bye`],
      first_party: true,
    };
    const clients = [
      ...testClients(),
      { ...spa, id: 'spa' },
      { ...spa, id: 'spa-refresh', refresh_tokens: true },
    ];
    [parley, browser] = await Promise.all([
      startParley({ brands: [testBrand({ clients })] }),
      launchChromium(executablePath),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([parley?.stop(), app.stop()]);
  });

  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext();
    complaints = collectComplaints(context);
    page = await context.newPage();
  });

  async function openAs(clientId: string): Promise<void> {
    await page.goto(`${origin}/`);
    await page.evaluate(`sessionStorage.setItem('issuer', '${parley.issuer}')`);
    await page.evaluate(`sessionStorage.setItem('client_id', '${clientId}')`);
    await page.reload();
  }

  async function signIn(clientId = 'spa'): Promise<SignedIn> {
    await openAs(clientId);
    await page.evaluate('void manager.signinRedirect({ state: { basket: 7 } })');
    await page.waitForURL(`${parley.issuer}/interaction/*`);
    await typeSignIn(page, dana);
    await page.waitForURL(`${origin}/callback?*`);
    return page.evaluate('manager.signinCallback()');
  }

  test('signs a consumer in who types at the login page, with code and PKCE', async () => {
    const user = await signIn();
    expect(user.profile).toMatchObject({ sub: dana.sub, iss: parley.issuer, email: 'dana@example.com' });
    expect(decodeJwt(user.id_token)['aud']).toBe('spa');
    expect(user.refresh_token).toBeUndefined();
    expect(user.state).toEqual({ basket: 7 });
    expect(complaints).toEqual([]);
  });

  test('renews silently in a hidden frame', async () => {
    const before = await signIn();
    const after: SignedIn = await page.evaluate('manager.signinSilent()');
    expect(after.profile['sub']).toBe(dana.sub);
    expect(after.access_token).not.toBe(before.access_token);
    expect(complaints).toEqual([]);
  });

  test('renews with a rotated refresh token from another origin', async () => {
    const before = await signIn('spa-refresh');
    const after: SignedIn = await page.evaluate('manager.signinSilent()');
    expect(after.refresh_token).toBeTruthy();
    expect(after.refresh_token).not.toBe(before.refresh_token);
    expect(complaints).toEqual([]);
  });

  test('signs out: back at its page, and nothing is left', async () => {
    const user = await signIn();
    await page.evaluate('void manager.signoutRedirect()');
    await page.waitForURL(`${origin}/bye*`);
    await page.evaluate('manager.signoutCallback()');
    expect(await page.evaluate('manager.getUser()')).toBeNull();
    expect(complaints).toEqual([]);

    const error = await page.evaluate(
      'manager.signinSilent().then(() => "signed in", (error) => error.error)',
    );
    expect(error).toBe('login_required');
    const spa = { issuer: parley.issuer, clientId: 'spa', redirectUri: '' };
    expect(await userinfoStatus(spa, user.access_token)).toBe(401);
  });

  test('revokes its token from the page', async () => {
    const user = await signIn();
    await page.evaluate('manager.revokeTokens()');
    const spa = { issuer: parley.issuer, clientId: 'spa', redirectUri: '' };
    expect(await userinfoStatus(spa, user.access_token)).toBe(401);
    expect(complaints).toEqual([]);
  });

  describe('another page', () => {
    test('cannot redeem a code for the client, nor read who is signed in', async () => {
      const user = await signIn();
      const stranger = await context.newPage();
      await stranger.goto(`http://127.0.0.1:${app.port}/`);
      const attempt = (request: string) =>
        stranger.evaluate(`fetch(${request}).then((response) => response.status, () => 'blocked')`);
      const form = 'new URLSearchParams({ grant_type: "authorization_code", client_id: "spa", code: "x" })';
      expect(await attempt(`'${parley.issuer}/token', { method: 'POST', body: ${form} }`)).toBe('blocked');
      const headers = `{ authorization: 'Bearer ${user.access_token}' }`;
      expect(await attempt(`'${parley.issuer}/userinfo', { headers: ${headers} }`)).toBe('blocked');
    });

    test('31 cannot put the login page into a frame', async () => {
      await openAs('spa');
      await page.evaluate(`
        const frame = document.createElement('iframe');
        frame.src = '${parley.issuer}/auth?client_id=web&redirect_uri=https://shop.acme.example/callback&response_type=code&scope=openid';
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
        document.body.append(frame);
        loaded`);
      expect(await page.frameLocator('iframe').getByLabel('Password').count()).toBe(0);
      await poll('the browser says so', 30_000, () => /frame/i.test(complaints.join()));
    });
  });
});
