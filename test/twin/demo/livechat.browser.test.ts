import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../../support/availability.ts';
import { collectComplaints, launchChromium, typeSignIn } from '../../support/chromium.ts';
import { spawnParley } from '../../support/spawn-parley.ts';

const dana = { login: 'dana', password: 'demo' };
const sam = { login: 'sam', password: 'demo' };

/** The demo as `npm start` serves it, with LiveChat's widget on the shop's page. */
describeWith('chromium', (executablePath) => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  let parley: Awaited<ReturnType<typeof spawnParley>>;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    const cwd = resolve(import.meta.dirname, '../../..');
    [parley, browser] = await Promise.all([spawnParley({ cwd }), launchChromium(executablePath)]);
  });
  afterAll(async () => {
    await browser?.close();
    await parley?.stop();
  });
  beforeEach(async () => {
    await context?.close();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    complaints = collectComplaints(context);
    page = await openShop(context);
  });

  async function openShop(device: BrowserContext): Promise<Page> {
    const shop = await device.newPage();
    await shop.goto(`${parley.issuer}/demo`);
    await shop.locator('input[name=platform]:checked').waitFor({ state: 'attached' });
    await shop.getByRole('radio', { name: 'LiveChat', exact: true }).click();
    await shop.getByText('LiveChat’s side, played by a twin').waitFor({ state: 'attached' });
    return shop;
  }
  async function signIn(shop: Page, consumer: typeof dana): Promise<void> {
    await shop.getByRole('link', { name: 'Sign in', exact: true }).click();
    await typeSignIn(shop, consumer);
    await shop.locator('#chat-widget-container[data-state=connected]').waitFor();
  }
  const chat = (shop: Page) => shop.frameLocator('#chat-widget-container iframe');
  async function say(shop: Page, text: string): Promise<void> {
    await chat(shop).locator('#text').fill(text);
    await chat(shop).locator('#text').press('Enter');
    await chat(shop).getByText(text, { exact: true }).waitFor();
  }

  test('one consumer on two devices keeps one history, and the agent sees one customer', async () => {
    await signIn(page, dana);
    await say(page, 'from the laptop');
    const phone = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const onPhone = await openShop(phone);
    await signIn(onPhone, dana);
    await chat(onPhone).getByText('from the laptop', { exact: true }).waitFor();
    expect(await onPhone.evaluate('document.documentElement.scrollWidth')).toBe(390);

    await page.locator('.tile', { hasText: 'Devices' }).getByText('2').waitFor();
    expect(await page.locator('#who h2').textContent()).toBe('Dana Whitcombe');
    await page.locator('#reply-text').fill('Good morning.');
    await page.locator('#reply-text').press('Enter');
    for (const shop of [page, onPhone]) await chat(shop).getByText('Good morning.').waitFor();
    await phone.close();
    expect(complaints).toEqual([]);
  });

  test('at a kiosk nothing remains after the sign-out, and the next consumer begins with nothing', async () => {
    const shop = () => page.locator('.shop');
    expect(await shop().locator('iframe').count()).toBe(0);
    await signIn(page, dana);
    await say(page, 'only for Dana');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in to chat' }).waitFor();
    expect(await shop().locator('iframe').count()).toBe(0);
    const hasToken = 'Parley.customIdentityProvider().hasToken()';
    expect(await page.evaluate(hasToken)).toBe(false);

    await signIn(page, sam);
    await chat(page).getByText('Signed in as Sam').waitFor();
    const seen = `${await shop().textContent()}${await chat(page).locator('body').textContent()}`;
    expect(seen).not.toMatch(/Dana/);
    expect(complaints).toEqual([]);
  });

  test('has no accessibility violation', async () => {
    await signIn(page, dana);
    await page.locator('#who .badge').waitFor();
    await page.evaluate(axe);
    expect(
      await page.evaluate(
        'axe.run({ iframes: false }).then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))',
      ),
    ).toEqual([]);
  });
});
