import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { describeWith } from '../../support/availability.ts';
import { launchChromium } from '../../support/chromium.ts';
import { type Listener, startListener } from '../../support/listener.ts';
import { authorizationUrl } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { webClient } from '../../support/web-client.ts';

/** What docs/headers.md says, obeyed by a browser. */
describeWith('chromium', (executablePath) => {
  let parley: RunningParley;
  let stranger: Listener;
  let browser: Browser;
  let login: string;

  beforeAll(async () => {
    stranger = await startListener((response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end('<!doctype html><title>A stranger</title>');
    });
    [parley, browser] = await Promise.all([startParley(), launchChromium(executablePath)]);
    login = authorizationUrl(webClient(parley)).href;
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([parley?.stop(), stranger.stop()]);
  });

  test('30 a script that somebody put into the sign-in page does not run, and no device is to be had', async () => {
    const page = await browser.newPage();
    await page.goto(login);
    const found = await page.evaluate(`(async () => {
      const violations = [];
      addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'globalThis.planted = true';
      document.body.append(script);
      document.body.insertAdjacentHTML('beforeend', '<img src="https://stranger.example/x" onerror="planted=true"><base href="https://stranger.example/">');
      const end = Date.now() + 20_000;
      while (new Set(violations).size < 4 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
      return {
        planted: globalThis.planted ?? false,
        base: document.baseURI === location.href,
        violations: [...new Set(violations)].toSorted(),
        camera: document.featurePolicy.allowsFeature('camera'),
        usb: document.featurePolicy.allowsFeature('usb'),
      };
    })()`);
    expect(found).toEqual({
      planted: false,
      base: true,
      violations: ['base-uri', 'img-src', 'script-src-attr', 'script-src-elem'],
      camera: false,
      usb: false,
    });
    await page.close();
  });

  test('31 the sign-in page is in no frame of a stranger, nor of its own origin', async () => {
    const page = await browser.newPage();
    for (const site of [`http://localhost:${stranger.port}`, `${parley.issuer}/parley.js`]) {
      await page.goto(site);
      await page.evaluate(`new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = resolve;
        frame.src = ${JSON.stringify(login)};
        document.body.append(frame);
      })`);
      const texts = await Promise.all(page.frames().map((frame) => frame.content()));
      expect(texts.join('')).not.toContain('name="password"');
    }
    await page.close();
  });

  test('33 a popup keeps its opener through the sign-in page, and the opener reads nothing of it', async () => {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${stranger.port}`);
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.evaluate(`void (globalThis.popup = open(${JSON.stringify(login)}, 'x', 'popup'))`),
    ]);
    await popup.waitForSelector('[name="password"]');
    expect(await popup.evaluate('opener !== null')).toBe(true);
    const read = await page.evaluate(`(() => {
      try { return popup.document.title } catch (error) { return error.name }
    })()`);
    expect(read).toBe('SecurityError');
    await page.close();
  });

  test("no other site's page loads what a brand answers, but its scripts for pages", async () => {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${stranger.port}`);
    const load = (path: string) =>
      page.evaluate(`new Promise((resolve) => {
        const script = document.createElement('script');
        script.onload = () => resolve('loaded');
        script.onerror = () => resolve('refused');
        script.src = ${JSON.stringify(`${parley.issuer}${path}`)};
        document.head.append(script);
      })`);
    expect(await load('/session/end')).toBe('refused');
    expect(await load('/parley.js')).toBe('loaded');
    await page.close();
  });
});
