import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { collectComplaints, launchChromium, typeSignIn } from '../support/chromium.ts';
import { type Listener, startListener } from '../support/listener.ts';
import { authorizationUrl, type Client, exchange } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';

/** `response_mode=form_post` where its policy is enforced: in a browser. */
describeWith('chromium', (executablePath) => {
  let parley: RunningParley;
  let shop: Listener;
  let browser: Browser;
  let client: Client;

  beforeAll(async () => {
    shop = await startListener((response) => response.end('<!doctype html><title>Shop</title>'));
    const redirectUri = `http://localhost:${shop.port}/callback`;
    const clients = [
      ...testClients(),
      { id: 'form', secret: secrets.web, redirect_uris: [redirectUri], first_party: true },
    ];
    [parley, browser] = await Promise.all([
      startParley({ brands: [testBrand({ clients })] }),
      launchChromium(executablePath),
    ]);
    client = { issuer: parley.issuer, clientId: 'form', secret: secrets.web, redirectUri };
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([parley?.stop(), shop.stop()]);
  });

  const url = (parameters: Record<string, string>) =>
    authorizationUrl(client, { response_mode: 'form_post', ...parameters }).href;
  const lastForm = () => new URLSearchParams(shop.received.findLast(({ method }) => method === 'POST')?.body);

  test('the form submits itself, with and without a sign-in on the way', async () => {
    const context = await browser.newContext();
    const complaints = collectComplaints(context);
    const page = await context.newPage();
    await page.goto(url({ state: 'typed' }));
    await typeSignIn(page, dana);
    await page.waitForURL(client.redirectUri);
    expect(lastForm().get('state')).toBe('typed');
    expect((await exchange(client, lastForm().get('code') ?? '')).status).toBe(200);

    await page.goto(url({ state: 'silent' }));
    await page.waitForURL(client.redirectUri);
    expect(lastForm().get('state')).toBe('silent');
    expect((await exchange(client, lastForm().get('code') ?? '')).status).toBe(200);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('30 markup in the state stays text', async () => {
    const context = await browser.newContext();
    const complaints = collectComplaints(context);
    const page = await context.newPage();
    const state = '"></form><script>document.title="run"</script><img src=x onerror=document.title="run">';
    await page.goto(url({ state, prompt: 'none' }));
    await page.waitForURL(client.redirectUri);
    expect(Object.fromEntries(lastForm())).toMatchObject({ error: 'login_required', state });
    // A 400 in the console is the library's own status for an error that it posts.
    expect(complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
    await context.close();
  });

  test('without scripts the consumer has a button', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(url({ state: 'by-hand' }));
    await page.getByLabel('E-mail or user name').fill(dana.login);
    await page.getByLabel('Password').fill(dana.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(client.redirectUri);
    expect(lastForm().get('state')).toBe('by-hand');
    await context.close();
  });
});
