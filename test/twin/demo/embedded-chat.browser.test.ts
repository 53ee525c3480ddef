import { resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../../support/availability.ts';
import { collectComplaints, launchChromium, typeSignIn } from '../../support/chromium.ts';
import { spawnParley } from '../../support/spawn-parley.ts';
import { withoutIds } from '../../support/without-ids.ts';

const dana = { login: 'dana', password: 'demo' };
const sam = { login: 'sam', password: 'demo' };

/** The demo as `npm start` serves it: LivePerson's embedded window asks the page, and Parley's script answers. */
describeWith('chromium', (executablePath) => {
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
    page = await context.newPage();
    await page.goto(`${parley.issuer}/demo`);
    await isReady();
  });

  const chat = () => page.frameLocator('#window');
  /** The page's script shows which connector is chosen. */
  const isReady = () => page.locator('input[name=style]:checked').waitFor({ state: 'attached' });
  async function choose(name: string): Promise<void> {
    await isReady();
    await page.getByRole('radio', { name, exact: true }).click();
  }

  async function signInAtTheShop(consumer: typeof dana): Promise<void> {
    await page.getByRole('link', { name: 'Sign in' }).click();
    await typeSignIn(page, consumer);
    await page.locator('.hello').waitFor();
    await isReady();
  }

  async function signInAtTheChat(consumer: typeof dana): Promise<void> {
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      chat().getByRole('button', { name: 'Sign in' }).click(),
    ]);
    await typeSignIn(popup, consumer);
    await chat().locator('body.verified').waitFor();
  }

  test('the page answers the window for who is signed in, with each connector, and goes nowhere', async () => {
    await signInAtTheShop(dana);
    await page.getByRole('button', { name: 'Chat with us' }).click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    for (const [name, exchanges] of [
      ['Code', 3],
      ['Implicit', 2],
      ['Code + PKCE', 3],
    ] as const) {
      asked.length = 0;
      await Promise.all([page.waitForRequest('**/page/authorize'), choose(name)]);
      await page.locator('#who .badge').waitFor();
      expect(await page.locator('#wire h4').count()).toBe(exchanges);
      expect(await page.locator('#wire h4').first().textContent()).toContain(
        "LivePerson's tag asks the page",
      );
      expect(asked).not.toContain('/auth');
    }
    expect(complaints).toEqual([]);
  });

  test('a guest signs in through Parley’s window and leaves again; the next consumer finds nothing', async () => {
    await page.getByRole('button', { name: 'Chat with us' }).click();
    await signInAtTheChat(dana);
    await chat().locator('#text').fill('only for Dana');
    await chat().locator('#text').press('Enter');
    await page.locator('#talk').getByText('only for Dana').waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await chat().getByText('You are chatting as a guest').waitFor();
    await page.getByText('Anonymous visitor').waitFor();
    expect(await page.locator('body').textContent()).not.toMatch(/Dana|FW-4471-0938/);

    await signInAtTheChat(sam);
    await page.locator('#who .badge').waitFor();
    const both = `${await page.locator('body').textContent()}${await chat().locator('body').textContent()}`;
    expect(withoutIds(both)).not.toMatch(/Dana|FW-4471-0938/);
    expect(complaints).toEqual([]);
  });

  test('whoever signs out of the shop has left the chat, too', async () => {
    await signInAtTheShop(dana);
    await page.getByRole('button', { name: 'Chat with us' }).click();
    await chat().locator('body.verified').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    await isReady();
    await page.getByRole('button', { name: 'Chat with us' }).click();
    await chat().getByText('You are chatting as a guest').waitFor();
    expect(await page.evaluate('Parley.identity()')).toBeNull();
    expect(complaints).toEqual([]);
  });

  test('in the popup style the window goes to Parley by itself, and the page has no script of it', async () => {
    await signInAtTheShop(dana);
    await choose('Popup style');
    await page.locator('script[data-client]').waitFor({ state: 'detached' });
    await isReady();
    await page.getByRole('button', { name: 'Chat with us' }).click();
    await page.locator('#who .badge').waitFor();
    expect(await page.locator('#wire h4').first().textContent()).toContain('window asks for the consumer');
  });

  test('only a click in the chat’s own frame opens Parley’s window', async () => {
    await page.getByRole('button', { name: 'Chat with us' }).click();
    await page.evaluate(`postMessage('sign-in', '*')`);
    await chat().getByText('You are chatting as a guest').waitFor();
    expect(context.pages()).toEqual([page]);
  });

  test('fits a phone of 390 px', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole('button', { name: 'Chat with us' }).click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });
});
