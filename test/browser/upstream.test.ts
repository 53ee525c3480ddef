import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { launchChromium, typeSignIn } from '../support/chromium.ts';
import { authorizationUrl, type Client, claimsOf, exchange } from '../support/relying-party.ts';
import type { RunningParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testClients } from '../support/test-brand.ts';
import { startPair } from '../support/upstream-pair.ts';

/** A browser between a Parley and its upstream, which is another Parley, up to a token for LivePerson. */

const sdes = "[{type: 'ctmrinfo', info: {customerId: customer}}]";

describeWith('chromium', (chromium) => {
  let browser: Browser;
  let parley: RunningParley;
  let provider: RunningParley;
  beforeAll(async () => {
    browser = await launchChromium(chromium, ['--host-resolver-rules=MAP lpcdn.lpsnmedia.net 127.0.0.1:9']);
    const clients = testClients().map((client) =>
      client['id'] === 'liveperson' ? { ...client, claims: { lp_sdes: sdes } } : client,
    );
    ({ parley, provider } = await startPair({ brand: { clients } }));
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([parley?.stop(), provider?.stop()]);
  });

  const client = (): Client => ({
    issuer: parley.issuer,
    clientId: 'liveperson',
    secret: secrets.liveperson,
    redirectUri: 'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
  });

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

  /** What LivePerson reads: the subject, and the customer's number as the agent sees it. */
  async function tokenAt(landed: URL): Promise<Record<string, unknown>> {
    const { body } = await exchange(client(), landed.searchParams.get('code') ?? '');
    const { sub, aud, lp_sdes } = claimsOf(body.id_token);
    return { sub, aud, lp_sdes };
  }
  const tokenOf = (sub: string, customerId: string) => ({
    sub,
    aud: 'liveperson',
    lp_sdes: [{ type: 'ctmrinfo', info: { customerId } }],
  });

  test('37 a consumer signs in there, then without a page, then the next consumer of the device', async () => {
    const context = await browser.newContext();
    const first = await landedAt(context, {}, async (page) => {
      expect(new URL(page.url()).origin).toBe(provider.issuer);
      await typeSignIn(page, dana);
    });
    expect(await tokenAt(first)).toEqual(tokenOf(dana.sub, '4711-0815'));

    expect(await tokenAt(await landedAt(context, {}))).toEqual(tokenOf(dana.sub, '4711-0815'));

    const next = await landedAt(context, { prompt: 'login' }, (page) => typeSignIn(page, sam));
    expect(await tokenAt(next)).toEqual(tokenOf(sam.sub, '4711-0922'));
    await context.close();
  });
});
