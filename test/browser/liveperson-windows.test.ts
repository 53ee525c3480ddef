import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { collectComplaints, typeSignIn } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { dana } from '../support/test-brand.ts';
import { popupAddress } from './liveperson-hosts.ts';
import {
  byPkce,
  flows,
  type LivePersonSite,
  shortLifetime,
  shortLived,
  startLivePersonSite,
} from './liveperson-site.ts';

/** LivePerson's embedded and popup windows from beginning to end, on LivePerson's own host names. */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: LivePersonSite;
    let context: BrowserContext;
    let complaints: string[];
    /** Of the issuer's pages and LivePerson's, in their order. */
    let visited: URL[];

    beforeAll(async () => {
      site = await startLivePersonSite(chromium, openssl);
    });
    afterAll(() => site?.stop());
    beforeEach(async () => {
      context = await site.newContext();
      complaints = collectComplaints(context);
      visited = [];
      context.on('request', (request) => {
        if (request.isNavigationRequest()) visited.push(new URL(request.url()));
      });
    });
    afterEach(async () => {
      await context.close();
      expect(complaints).toEqual([]);
    });

    const requests = () => visited.filter(({ pathname }) => pathname === '/auth');
    const pagesOfIssuer = () => visited.filter(({ pathname }) => pathname.startsWith('/interaction/'));
    const isKnown = { sub: dana.sub, account: '4711-0815' };

    describe.each(flows)('the embedded window, $name', (connector) => {
      test('knows the consumer without leaving the page, and again at the next visit', async () => {
        await site.signIn(context, dana);
        const page = await site.openShop(context, connector);
        const address = page.url();
        visited = [];
        expect(await page.evaluate('liveperson.open()')).toMatchObject(isKnown);
        expect([page.url(), visited, context.pages()]).toEqual([address, [], [page]]);
        await page.reload();
        await page.locator('html[data-ready]').waitFor();
        expect(await page.evaluate('liveperson.open()')).toMatchObject(isKnown);
        expect(pagesOfIssuer()).toEqual([]);
      });
    });

    test('a guest of the embedded window becomes known by Parley’s own window, in the same chat', async () => {
      const page = await site.openShop(context, byPkce);
      expect(await page.evaluate('liveperson.open()')).toEqual({ messages: [] });
      await page.evaluate(`liveperson.say('Hello?')`);
      await site.signInAt(page, dana);
      expect(await site.chatOf(page)).toMatchObject({ ...isKnown, messages: ['Hello?'] });
    });

    describe.each(flows)('the popup window, $name', (connector) => {
      test('signs the consumer in and says so to the page that opened it; a second one is silent', async () => {
        const page = await site.openShop(context, connector);
        const popup = await site.openPopup(page);
        await typeSignIn(popup, dana);
        expect(await page.evaluate('fromPopup')).toMatchObject(isKnown);
        await popup.waitForURL(popupAddress);
        await expectStateToReturn(popup);
        await popup.close();

        visited = [];
        await site.openPopup(page);
        expect(await page.evaluate('fromPopup')).toMatchObject(isKnown);
        expect([requests().length, pagesOfIssuer()]).toEqual([1, []]);
      });
    });

    /** The popup has compared it already; here its bytes are counted as they went and came. */
    async function expectStateToReturn(popup: Page): Promise<void> {
      const sent = requests().at(-1)?.searchParams;
      expect(sent?.has('nonce')).toBe(false);
      const state = sent?.get('state') ?? '';
      expect(await popup.evaluate('answer.state')).toBe(state);
      expect(Buffer.byteLength(state)).toBeGreaterThan(2500);
      for (const piece of ['"', "'", '%', '%E2%82%AC', '+', '&', '<', '東京', '👋🏽']) {
        expect(state).toContain(piece);
      }
    }

    test.each(shortLived)(
      'at the end of the ID token ($name) the popup goes again, unseen',
      async (connector) => {
        await site.signIn(context, dana);
        await context.clock.install();
        const page = await site.openShop(context, connector);
        visited = [];
        const popup = await site.openPopup(page);
        const first: { endsAt: number } = await page.evaluate('fromPopup');
        expect(requests()).toHaveLength(1);
        await context.clock.fastForward(shortLifetime * 1000);
        await poll('LivePerson has the next ID token', 30_000, async () => {
          const { endsAt = 0 } = (await site.chatOf(page)) ?? {};
          return endsAt > first.endsAt;
        });
        expect(await site.chatOf(page)).toMatchObject(isKnown);
        expect(requests().length).toBeGreaterThan(1);
        expect(pagesOfIssuer()).toEqual([]);
        await popup.close();
      },
    );

    test('a consumer who cancels in the popup stays a guest', async () => {
      const page = await site.openShop(context, byPkce);
      const popup = await site.openPopup(page);
      await popup.getByRole('button', { name: 'Cancel' }).click();
      expect(await page.evaluate('fromPopup')).toEqual({ messages: [], refusal: 'access_denied' });
    });
  }),
);
