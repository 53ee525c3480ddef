import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
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

  /** Where the browser is sent in the end, from a page of its own: to the client, who is not there. */
  async function landedAt(
    context: BrowserContext,
    parameters: Record<string, string>,
    signIn?: (page: Page) => Promise<unknown>,
  ): Promise<URL> {
    const page = await context.newPage();
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.url().startsWith(client().redirectUri)),
      // The client's address cannot be reached, which ends the navigation.
      page
        .goto(authorizationUrl(client(), parameters).href)
        .catch(() => {})
        .then(() => signIn?.(page)),
    ]);
    await page.close();
    return new URL(sent.url());
  }

  async function subjectAt(landed: URL): Promise<unknown> {
    const { body } = await exchange(client(), landed.searchParams.get('code') ?? '');
    return claimsOf(body.id_token)['sub'];
  }

  test('37 a consumer signs in there, then without a page, then the next consumer of the device', async () => {
    const context = await browser.newContext();
    const first = await landedAt(context, {}, async (page) => {
      expect(new URL(page.url()).origin).toBe(provider.issuer);
      await typeSignIn(page, dana);
    });
    expect(await subjectAt(first)).toBe(dana.sub);

    expect(await subjectAt(await landedAt(context, {}))).toBe(dana.sub);

    const next = await landedAt(context, { prompt: 'login' }, (page) => typeSignIn(page, sam));
    expect(await subjectAt(next)).toBe(sam.sub);
    await context.close();
  });
});
