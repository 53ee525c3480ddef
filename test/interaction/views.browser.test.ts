import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { styleHash } from '../../src/interaction/views/style.ts';
import { describeWith } from '../support/availability.ts';
import { launchChromium } from '../support/chromium.ts';
import { names, page, renderAll, views } from './render-all.ts';

describeWith('chromium', (executablePath) => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium(executablePath);
  });
  afterAll(() => browser.close());

  test.each(
    names.flatMap(
      (name) =>
        [
          [name, 'light'],
          [name, 'dark'],
        ] as const,
    ),
  )('%s has no accessibility violation in %s colours', async (name, colorScheme) => {
    const tab = await browser.newPage({ viewport: { width: 390, height: 844 }, colorScheme });
    await tab.setContent(renderAll('https://acme.example')[name] ?? '');
    await tab.evaluate(axe);
    const violations = await tab.evaluate(
      'axe.run().then((r) => r.violations.map((v) => [v.id, v.nodes.map((n) => n.html)]))',
    );
    await tab.close();
    expect(violations).toEqual([]);
  });

  test.each(names)('%s fits a phone of 360 px even with a name of 300 letters', async (name) => {
    const tab = await browser.newPage({ viewport: { width: 360, height: 640 } });
    await tab.setContent(renderAll(`https://${'w'.repeat(300)}`)[name] ?? '');
    const width = await tab.evaluate('document.documentElement.scrollWidth');
    await tab.close();
    expect(width).toBe(360);
  });

  test('the style sheet applies under a policy that allows only its hash', async () => {
    const tab = await browser.newPage();
    await tab.route('https://id.acme.example/', (route) =>
      route.fulfill({
        contentType: 'text/html; charset=utf-8',
        headers: { 'content-security-policy': `default-src 'none'; style-src '${styleHash}'` },
        body: views.signedOut(page),
      }),
    );
    await tab.goto('https://id.acme.example/');
    const radius = await tab.evaluate(
      "getComputedStyle(document.querySelector('.card')).borderTopLeftRadius",
    );
    await tab.close();
    expect(radius).toBe('12px');
  });
});
