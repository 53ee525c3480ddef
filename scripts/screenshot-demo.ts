import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium, typeSignIn } from '../test/support/chromium.ts';
import { spawnParley } from '../test/support/spawn-parley.ts';

/**
 * Writes docs/images/demo.png: dana signed in at the demo storefront, her chat open, and the agent's side of it.
 * Needs a Chromium; the variable CHROMIUM names another one than Debian's.
 */
const root = join(import.meta.dirname, '..');

// The project's own demo brand, on a free port, with keys and a store that are thrown away afterwards.
const parley = await spawnParley({ cwd: root });
try {
  const browser = await launchChromium(process.env['CHROMIUM'] ?? '/usr/bin/chromium');
  try {
    await takeScreenshot(browser, join(root, 'docs/images/demo.png'));
  } finally {
    await browser.close();
  }
} finally {
  await parley.stop();
}

async function takeScreenshot(browser: Browser, path: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  await page.goto(`${parley.issuer}/demo`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await typeSignIn(page, { login: 'dana', password: 'demo' });
  await page.getByRole('button', { name: 'Chat with us' }).click();

  const chat = page.frameLocator('#window');
  await chat.locator('body.verified').waitFor();
  await chat.locator('#text').fill('What do I owe you this month?');
  await chat.locator('#text').press('Enter');
  await chat.getByText('Your balance stands at').waitFor();
  await page.getByText('Identity verified').waitFor();
  await page.locator('#talk').getByText('Your balance stands at').waitFor();
  await page.screenshot({ path, animations: 'disabled' });
}
