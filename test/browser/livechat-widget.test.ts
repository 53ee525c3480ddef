import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import type { Fault } from '../../src/twin/livechat/faults.ts';
import { describeWith } from '../support/availability.ts';
import { livechatApp } from '../support/livechat-twin.ts';
import { poll } from '../support/poll.ts';
import { dana, sam } from '../support/test-brand.ts';
import { withoutIds } from '../support/without-ids.ts';
import { type LiveChatSite, startLiveChatSite } from './livechat-site.ts';

/** One line on the page, LiveChat's snippet, and a widget that behaves as LiveChat's does. */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: LiveChatSite;
    let context: BrowserContext;

    beforeAll(async () => {
      site = await startLiveChatSite(chromium, openssl);
    });
    afterAll(() => site?.stop());
    beforeEach(async () => {
      context = await site.newContext();
    });
    afterEach(async () => {
      site.livechat.faults.clear();
      await context.close();
    });

    const widget = (page: Page) => page.locator('#chat-widget-container');
    const reaches = (page: Page, state: string) =>
      page.locator(`#chat-widget-container[data-state=${state}]`).waitFor();
    const messages = (page: Page) =>
      page.frameLocator('#chat-widget-container iframe').locator('.text').allTextContents();

    async function say(page: Page, text: string): Promise<void> {
      const chat = page.frameLocator('#chat-widget-container iframe');
      await chat.locator('#text').fill(text);
      await chat.locator('#text').press('Enter');
      await chat.getByText(text, { exact: true }).last().waitFor();
    }

    /** The page of a browser of their own, with the chat open. */
    async function chatAs(consumer: typeof dana, own = context): Promise<Page> {
      await site.signIn(own, consumer);
      const page = await site.openShop(own);
      await reaches(page, 'connected');
      return page;
    }

    test('nobody is signed in: no widget; a sign-in on the page brings it', async () => {
      const page = await site.openShop(context);
      await page.waitForFunction(`window.events.some(([name]) => name === 'identity')`);
      expect(await widget(page).count()).toBe(0);
      await site.signInAt(page, dana);
      await reaches(page, 'connected');
      expect(site.livechat.customers()).toHaveLength(1);
    });

    test('beside LivePerson’s script: a sign-in and a sign-out through that one reach the widget', async () => {
      const page = await site.openBoth(context);
      await site.signInAt(page, dana);
      await reaches(page, 'connected');
      await page.evaluate('Parley.signOut()');
      await widget(page).waitFor({ state: 'detached' });
    });

    test('one history on two devices', async () => {
      const page = await chatAs(dana);
      await say(page, 'from the laptop');
      const phone = await site.newContext({ viewport: { width: 390, height: 844 } });
      const onPhone = await chatAs(dana, phone);
      expect(await messages(onPhone)).toContain('from the laptop');
      await say(onPhone, 'from the phone');
      await poll('the laptop shows it', 30_000, async () =>
        (await messages(page)).includes('from the phone'),
      );
      await phone.close();
    });

    describe('37 a shared device', () => {
      const secret = 'only for Dana';

      /** Everywhere that Sam could look. */
      async function expectNothingOfDana(page: Page, tokens: readonly string[]): Promise<void> {
        const contents = page.frames().map((frame) => frame.content());
        const seen = [
          ...(await Promise.all(contents)),
          await page.evaluate(
            'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
          ),
          JSON.stringify(await page.evaluate('Parley.customIdentityProvider().getToken()')),
        ].join('\n');
        for (const trace of [secret, ...tokens]) expect(seen).not.toContain(trace);
        expect(withoutIds(seen)).not.toContain('Dana');
      }

      test('after the sign-out nothing remains, Sam gets a chat of his own, and Dana’s phone chats on', async () => {
        const phone = await site.newContext();
        const onPhone = await chatAs(dana, phone);
        const page = await chatAs(dana);
        await say(page, secret);
        const danas = (await page.evaluate('Parley.customIdentityProvider().getToken()')) as {
          accessToken: string;
          entityId: string;
        };
        await page.evaluate('window.provider = Parley.customIdentityProvider()');
        await page.evaluate('provider.getToken()');

        const isGoneAtOnce = await page.evaluate(
          `(window.leaving = Parley.signOut(), document.getElementById('chat-widget-container') === null)`,
        );
        expect(isGoneAtOnce).toBe(true);
        await page.evaluate('leaving');
        expect(await page.evaluate('provider.hasToken()')).toBe(false);
        const refused = `provider.getToken().then(() => 'a token', ({ code }) => code)`;
        expect(await page.evaluate(refused)).toBe('SSO_IDENTITY_EXCEPTION');
        expect(site.livechat.findCustomer(danas.accessToken)).toBeUndefined();

        await site.signInAt(page, sam);
        await reaches(page, 'connected');
        await expectNothingOfDana(page, [danas.accessToken, danas.entityId]);
        // What was made for Dana's widget stays shut for Sam's.
        expect(await page.evaluate(refused)).toBe('SSO_IDENTITY_EXCEPTION');
        await say(onPhone, 'still here');
        await phone.close();
      });

      test('a sign-out in another tab takes the chat off this one', async () => {
        const page = await chatAs(dana);
        const other = await site.openShop(context);
        await other.evaluate('Parley.signOut()');
        await widget(page).waitFor({ state: 'detached' });
      });

      test('the back button shows no chat of somebody who has left', async () => {
        const page = await chatAs(dana);
        await say(page, secret);
        await page.goto(`${site.page}/elsewhere`);
        const other = await site.openShop(context);
        await other.evaluate('Parley.signOut()');
        await page.evaluate('void history.back()');
        await page.waitForFunction(`window.events.at(-1)?.[1] === null`);
        expect(await widget(page).count()).toBe(0);
      });

      test('another consumer signs in elsewhere: at the next call a new widget takes over', async () => {
        const page = await chatAs(dana);
        await page.evaluate('window.provider = Parley.customIdentityProvider()');
        await page.evaluate('provider.getToken()');
        await site.signIn(context, sam);
        const outcome = await page.evaluate(`provider.getToken().then(() => 'a token', ({ code }) => code)`);
        expect(outcome).toBe('SSO_IDENTITY_EXCEPTION');
        await reaches(page, 'connected');
        const token = (await page.evaluate('Parley.customIdentityProvider().getToken()')) as {
          accessToken: string;
        };
        expect(site.livechat.findCustomer(token.accessToken)?.name).toBe('Sam Okoro');
      });
    });

    describe('while LiveChat fails', () => {
      const faults: [string, Fault, string][] = [
        ['401', { kind: 'unauthorized' }, 'server_error'],
        ['garbage', { kind: 'garbage' }, 'server_error'],
        ['500', { kind: 'server_error' }, 'temporarily_unavailable'],
        ['429', { kind: 'rate_limited', retryAfter: 1 }, 'temporarily_unavailable'],
      ];
      const askFresh = (page: Page) =>
        page.evaluate(
          `Parley.customIdentityProvider().getFreshToken().then(() => 'a token', ({ message, code }) => [message, code])`,
        );

      test('the page hears one of two words and no code', async () => {
        const page = await chatAs(dana);
        for (const [name, fault, word] of faults) {
          site.livechat.faults.set(fault);
          expect([name, await askFresh(page)]).toEqual([name, [word, undefined]]);
        }
      });

      test('the consumer had too many tokens: the page hears that it passes', async () => {
        const page = await chatAs(dana);
        const limit = `vendor-mints:livechat/${livechatApp.organizationId}:${dana.sub}`;
        const stores = site.parley.server.sites.map(({ store }) => store);
        for (const store of stores) for (let n = 0; n < 60; n += 1) await store.increment(limit, 600);
        const answering = page.waitForResponse((response) => response.url().endsWith('/page/livechat/fresh'));
        expect(await askFresh(page)).toEqual(['temporarily_unavailable', undefined]);
        expect((await answering).status()).toBe(429);
        for (const store of stores) await store.resetCounter(limit);
        expect(await askFresh(page)).toBe('a token');
      });

      test('a hang: the widget tries again by itself, and is there when LiveChat is', async () => {
        await site.signIn(context, dana);
        site.livechat.faults.set({ kind: 'hang' });
        const page = await site.openShop(context);
        await reaches(page, 'retrying');
        site.livechat.faults.clear();
        await reaches(page, 'connected');
      });

      test('another customer than the consumer’s: no token, and the operator is told what to do', async () => {
        const page = await chatAs(sam);
        site.livechat.faults.set({ kind: 'other_entity' });
        expect(await askFresh(page)).toEqual(['server_error', undefined]);
        const told = site.parley.log.find(({ msg }) => String(msg).includes('The link is unchanged'));
        expect(told).toMatchObject({
          level: 'error',
          accountId: sam.sub,
          msg: expect.stringContaining('links'),
        });
      });
    });

    describe('the twin of the widget tells a page script that is wrong', () => {
      const token = (more: object) =>
        JSON.stringify({ accessToken: 'a', entityId: 'e', expiresIn: 1000, tokenType: 'Bearer', ...more });
      const providing = (getToken: string, getFreshToken = getToken) =>
        `window.__lc = { custom_identity_provider: () => ({
          getToken: ${getToken}, getFreshToken: ${getFreshToken},
          hasToken: async () => false, invalidate: async () => {},
        }) }`;

      test.each([
        [
          'a rejection without a word that LiveChat knows',
          '() => Promise.reject(new Error("no"))',
          'looping',
        ],
        ['no promise', '() => ({})', 'looping'],
        ['an exception in place of a rejection', '() => { throw new Error("no") }', 'looping'],
        [
          'a session that is gone',
          '() => Promise.reject(Object.assign(new Error("gone"), { code: "SSO_IDENTITY_EXCEPTION" }))',
          'stopped',
        ],
        ['a passing failure', '() => Promise.reject(new Error("temporarily_unavailable"))', 'retrying'],
        [
          'another customer than before',
          `async () => (${token({ creationDate: 4e12 })}, { ...${token({ creationDate: 4e12 })}, entityId: String(Math.random()) })`,
          'destroyed',
        ],
      ])('%s', async (_name, getToken, state) => {
        await reaches(await site.openShop(context, providing(getToken)), state);
      });

      test('an expired token is asked for anew before it is used', async () => {
        const mine = token({ creationDate: Date.now() - 1000 });
        const fresh = `() => { window.wasAsked = true; return Promise.reject(new Error("server_error")) }`;
        const page = await site.openShop(context, providing(`async () => (${mine})`, fresh));
        await reaches(page, 'retrying');
        expect(await page.evaluate('wasAsked')).toBe(true);
      });
    });
  }),
);
