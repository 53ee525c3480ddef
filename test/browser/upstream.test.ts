import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { launchChromium, typeSignIn } from '../support/chromium.ts';
import { authorizationUrl, claimsOf, exchange } from '../support/relying-party.ts';
import type { RunningParley } from '../support/start-parley.ts';
import { dana, sam } from '../support/test-brand.ts';
import { startPair } from '../support/upstream-pair.ts';
import { webClient } from '../support/web-client.ts';

/** A browser between a Parley and its upstream, which is another Parley. */

describeWith('chromium', (chromium) => {
  let browser: Browser;
  let parley: RunningParley;
  let provider: RunningParley;
  beforeAll(async () => {
    browser = await launchChromium(chromium, ['--host-resolver-rules=MAP shop.acme.example 127.0.0.1:9']);
    ({ parley, provider } = await startPair());
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([parley?.stop(), provider?.stop()]);
  });

  const client = () => webClient(parley);

  /** Where the browser is sent in the end: to the client, who is not there. */
  async function landedAt(page: Page, go: () => Promise<unknown>): Promise<URL> {
    const sent = page.waitForRequest((request) => request.url().startsWith(client().redirectUri));
    await go();
    return new URL((await sent).url());
  }

  async function subjectAt(landed: URL): Promise<unknown> {
    const { body } = await exchange(client(), landed.searchParams.get('code') ?? '');
    return claimsOf(body.id_token)['sub'];
  }

  test('37 a consumer signs in there, then without a page, then the next consumer of the device', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const first = await landedAt(page, async () => {
      await page.goto(authorizationUrl(client()).href);
      expect(new URL(page.url()).origin).toBe(provider.issuer);
      await typeSignIn(page, dana);
    });
    expect(await subjectAt(first)).toBe(dana.sub);

    const again = await landedAt(page, () => page.goto(authorizationUrl(client()).href).catch(() => {}));
    expect(await subjectAt(again)).toBe(dana.sub);

    const next = await landedAt(page, async () => {
      await page.goto(authorizationUrl(client(), { prompt: 'login' }).href);
      await typeSignIn(page, sam);
    });
    expect(await subjectAt(next)).toBe(sam.sub);
    await context.close();
  });
});
