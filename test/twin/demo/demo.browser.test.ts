import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { createDemo } from '../../../src/twin/demo/create-demo.ts';
import { describeWith } from '../../support/availability.ts';
import { startTinyIssuer, type TinyIssuer, twinSecret } from '../tiny-issuer.ts';

describeWith('chromium', (executablePath) => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  let tiny: TinyIssuer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    tiny = await startTinyIssuer({
      createMiddleware: (issuer) =>
        createDemo({
          issuer,
          clients: {
            storefront: { id: 'storefront' },
            livepersonTwin: { id: 'liveperson-twin', secret: twinSecret },
            livepersonTwinCode: { id: 'liveperson-twin-code', secret: twinSecret },
            livepersonTwinImplicit: { id: 'liveperson-twin-implicit' },
          },
          listRequests: async () => [
            { at: 1, endpoint: '/auth', outcome: 'answered', supportId: 'AAAAAAAAAA' },
            {
              at: 2,
              endpoint: '/token',
              outcome: 'refused',
              error: 'invalid_grant',
              parameter: 'code_verifier',
              description: '<b>no</b>',
              supportId: 'BBBBBBBBBB',
            },
          ],
        }),
    });
    const args =
      '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
    browser = await chromium.launch({ executablePath, args: args.split(' ') });
  });
  afterAll(async () => {
    await browser.close();
    await tiny.close();
  });

  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    complaints = [];
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      // The tiny issuer's own page has no icon.
      const ofDemo = !message.location().url.endsWith('/favicon.ico');
      if (message.type() === 'error' && ofDemo) complaints.push(message.text());
    });
    await context.request.post(`${tiny.issuer}/demo/api/connector`, {
      data: { style: 'popup' },
      headers: { origin: tiny.issuer },
    });
    page = await context.newPage();
    await page.goto(`${tiny.issuer}/demo`);
  });

  const chat = () => page.frameLocator('#window');

  async function signIn(): Promise<void> {
    await page.locator('.account a').click();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.hello').waitFor();
  }

  async function violations(): Promise<unknown> {
    await page.evaluate(axe);
    return page.evaluate(
      'axe.run({ iframes: false }).then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))',
    );
  }

  test('a signed-in consumer opens the chat, and the agent sees who it is and what proves it', async () => {
    await signIn();
    await page.locator('#chat-open').click();
    await chat().locator('body.verified').waitFor();
    await page.locator('#who .badge').waitFor();

    expect(await page.locator('#who h2').textContent()).toBe('Dana Whitfield');
    expect(await page.locator('.tiles dd').allTextContents()).toEqual([
      'FW-204-118',
      '€42.50',
      'Unlimited 20',
    ]);
    expect(await page.locator('#token').textContent()).toContain('"alg": "RS256"');
    expect(await page.locator('#wire h4').count()).toBe(3);
    expect(complaints).toEqual([]);
  });

  test('consumer and agent write to each other', async () => {
    await page.locator('#chat-open').click();
    await chat().locator('#text').fill('Hello <b>there</b>');
    await chat().locator('#text').press('Enter');
    await page.locator('#talk .from-consumer').waitFor();
    expect(await page.locator('#talk .from-consumer .text').textContent()).toBe('Hello <b>there</b>');
    expect(await page.locator('#who').textContent()).toContain('Nothing verified');

    await page.locator('#reply-text').fill('Good morning.');
    await page.locator('#reply-text').press('Enter');
    await chat().locator('.from-agent').waitFor();
    expect(await chat().locator('.from-agent .text').textContent()).toBe('Good morning.');
  });

  test('a message waits for the window to listen', async () => {
    const gate = Promise.withResolvers<void>();
    await page.route('**/demo/assets/window.js', async (route) => {
      await gate.promise;
      await route.continue();
    });
    await page.locator('#chat-open').click();
    await chat().locator('#text:disabled').waitFor();
    gate.resolve();
    await chat().locator('#text').fill('Hello');
    await chat().locator('#text').press('Enter');
    await page.locator('#talk').getByText('Hello', { exact: true }).waitFor();
  });

  test('a guest signs in through a popup, which closes itself', async () => {
    await page.locator('#chat-open').click();
    const [popup] = await Promise.all([page.waitForEvent('popup'), chat().locator('#sign-in').click()]);
    const closed = popup.waitForEvent('close');
    await popup.getByRole('button', { name: 'Sign in' }).click();
    await closed;
    await chat().locator('body.verified').waitFor();
    expect(await chat().locator('#standing').textContent()).toBe('Signed in as Dana');
  });

  test('what Parley noted is shown, the newest first, with the parameter at fault', async () => {
    await page.locator('#requests-box summary').click();
    await page.locator('#requests h4').first().waitFor();
    expect(await page.locator('#requests h4').first().textContent()).toContain('/token · refused');
    expect(await page.locator('#requests .failure').textContent()).toBe(
      'invalid_grant (code_verifier) <b>no</b>',
    );
    expect(complaints).toEqual([]);
  });

  test('the address of the window is cleared of the code at once', async () => {
    await signIn();
    await page.locator('#chat-open').click();
    await chat().locator('body.verified').waitFor();
    expect(page.frames().map((frame) => new URL(frame.url()).search)).toEqual(['', '']);
  });

  test('has no accessibility violation, before and after', async () => {
    expect(await violations()).toEqual([]);
    await signIn();
    await page.locator('#chat-open').click();
    await page.locator('#who .badge').waitFor();
    await page.locator('#wire-box summary').click();
    await page.locator('#requests-box summary').click();
    await page.locator('#requests h4').first().waitFor();
    expect(await violations()).toEqual([]);
    await page.goto(`${tiny.issuer}/demo/liveperson/window`);
    expect(await violations()).toEqual([]);
  });

  test('fits a phone of 360 px', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await signIn();
    await page.locator('#chat-open').click();
    await page.locator('#who .badge').waitFor();
    await page.locator('#wire-box summary').click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
