import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { spawnParley } from '../test/support/spawn-parley.ts';

/**
 * Writes docs/images/demo.png: dana signed in at the demo storefront, her chat open, and the agent's side of it.
 * Needs a Chromium; CHROMIUM names another one than Debian's.
 */
const root = join(import.meta.dirname, '..');
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

// The project's own demo brand, on a free port, with keys and a store that are thrown away afterwards.
const parley = await spawnParley({ cwd: root });
try {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    await page.goto(`${parley.issuer}/demo`);
    await page.locator('.account a').click();
    await page.locator('input[name=login]').fill('dana');
    await page.locator('input[name=password]').fill('demo');
    await page.getByRole('button', { name: 'Sign in' }).click();

    await page.locator('.hello').waitFor();
    await page.locator('#chat-open').click();
    const chat = page.frameLocator('#window');
    await chat.locator('body.verified').waitFor();
    await chat.locator('#text').fill('Why is my balance higher than last month?');
    await chat.locator('#text').press('Enter');
    await page.locator('#talk .from-consumer').waitFor();
    await page.locator('#who .badge').waitFor();
    await page.screenshot({ path: join(root, 'docs/images/demo.png'), animations: 'disabled' });
  } finally {
    await browser.close();
  }
} finally {
  await parley.stop();
}
