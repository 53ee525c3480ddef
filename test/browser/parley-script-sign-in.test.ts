import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { collectComplaints, typeSignIn } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, type Client, claimsOf, createPkce, exchange } from '../support/relying-party.ts';
import { dana, sam } from '../support/test-brand.ts';
import { type ChatSite, startChatSite } from './chat-site.ts';

/** Parley.signIn(): in a window of its own, or away and back. */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: ChatSite;
    let context: BrowserContext;
    let complaints: string[];

    beforeAll(async () => {
      site = await startChatSite(chromium, openssl);
    });
    afterAll(() => site?.stop());
    beforeEach(async () => {
      context = await site.newContext();
      complaints = collectComplaints(context);
    });
    afterEach(async () => {
      await context.close();
      expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
    });

    const { challenge, verifier } = createPkce();
    const ask = `chat('${challenge.code_challenge}')`;
    const holdChats = `addEventListener('parley:sign-in-required', (event) => event.preventDefault())`;

    async function clickSignIn(page: Page): Promise<Page> {
      const opening = context.waitForEvent('page');
      await page.click('#sign-in');
      return opening;
    }

    async function expectCodeOf(sub: string, code: unknown, client: Client): Promise<void> {
      const tokens = await exchange(client, String(code), { code_verifier: verifier });
      expect(claimsOf(tokens.body.id_token)).toMatchObject({ iss: client.issuer, sub });
    }

    describe('in a window that a click opens', () => {
      test('the consumer types, the window closes, the page and LivePerson know who it is', async () => {
        const page = await site.open(context);
        const address = page.url();
        expect(await page.evaluate('identities()')).toEqual([[null]]);
        const window = await clickSignIn(page);
        await typeSignIn(window, dana);

        const who = { iss: site.issuer, sub: dana.sub };
        expect(await page.evaluate('signedIn')).toEqual({ who });
        await poll('the window closes', 30_000, () => window.isClosed());
        expect(page.url()).toBe(address);
        expect(await page.evaluate('events')).toEqual([
          ['identity', null],
          ['identity', who],
        ]);
        expect(await page.evaluate('lpTag.pages')).toMatchObject([
          { url: address, options: { section: ['shop'] } },
        ]);
        expect(await page.evaluate('lpTag.pages[0].options.identities[0] === lpTag.identities[0]')).toBe(
          true,
        );
        expect(await page.evaluate('identities()')).toEqual([[{ ...who, acr: 'loa1' }]]);
        const [code] = await page.evaluate<unknown[]>(ask);
        await expectCodeOf(dana.sub, code, site.client('liveperson'));
      });

      test('a second click leads to the same window', async () => {
        const page = await site.open(context);
        await clickSignIn(page);
        await page.evaluate('window.first = signedIn; undefined');
        await page.click('#sign-in');
        expect(context.pages()).toHaveLength(2);
        await typeSignIn(context.pages()[1] as Page, dana);
        expect(await page.evaluate('Promise.all([first, signedIn])')).toMatchObject([
          { who: {} },
          { who: {} },
        ]);
      });

      test('closing it is told in words, and the next click begins anew', async () => {
        const page = await site.open(context);
        await (await clickSignIn(page)).close();
        expect(await page.evaluate('signedIn')).toEqual({
          error: 'the sign-in window was closed before the sign-in was finished',
        });
        await typeSignIn(await clickSignIn(page), dana);
        expect(await page.evaluate('signedIn')).toMatchObject({ who: { sub: dana.sub } });
      });

      test('cancelling is told in words', async () => {
        const page = await site.open(context);
        const window = await clickSignIn(page);
        await window.getByRole('button', { name: 'Cancel' }).click();
        expect(await page.evaluate('signedIn')).toEqual({
          error: 'access_denied: the consumer did not continue',
        });
        expect(await page.evaluate('Parley.identity()')).toBeNull();
      });

      test('32 the answer of another window, though it comes from Parley, is none', async () => {
        const page = await site.open(context);
        const window = await clickSignIn(page);
        const request = { response_mode: 'page_message', page: site.page, prompt: 'none', ...challenge };
        await page.evaluate(`window.messages = new Promise((resolve) => {
          addEventListener('message', ({ data, origin }) => resolve([origin, data.type, data.answer.error]));
        }); undefined`);
        await page.evaluate(`void open('${authorizationUrl(site.client('liveperson'), request).href}')`);
        expect(await page.evaluate('messages')).toEqual([site.issuer, 'parley', 'login_required']);
        await typeSignIn(window, dana);
        expect(await page.evaluate('signedIn')).toMatchObject({ who: { sub: dana.sub } });
      });

      test('a chat that the page holds back gets its code by the sign-in', async () => {
        const page = await site.open(context);
        await page.evaluate(holdChats);
        await page.evaluate(`window.held = ${ask}; undefined`);
        await poll('the page is asked', 30_000, () =>
          page.evaluate(`events.some(([name]) => name === 'sign-in-required')`),
        );
        expect(await page.evaluate('answers')).toEqual([]);
        await typeSignIn(await clickSignIn(page), dana);
        const held = await page.evaluate<unknown[]>('held');
        expect(held).toHaveLength(1);
        await expectCodeOf(dana.sub, held[0], site.client('liveperson'));
      });

      test('a chat that the page holds back is told after five minutes', async () => {
        const page = await context.newPage();
        await page.clock.install();
        await page.goto(site.addressOf());
        await page.evaluate(holdChats);
        const before = await page.evaluate<number>('Date.now()');
        await page.evaluate(`window.held = ${ask}; undefined`);
        await poll('the page is asked', 30_000, () => page.evaluate('events.length === 2'));
        const after = await page.evaluate<number>('Date.now()');
        // The page's clock goes on by itself until it is stopped, and a busy machine has taken part of the five minutes.
        await page.clock.pauseAt(before + 299_000);
        expect(await page.evaluate('answers')).toEqual([]);
        await page.clock.runFor(after - before + 2000);
        expect(await page.evaluate('held')).toEqual(['', 'sign_in_required']);
      });

      test('a chat held for one consumer is not given to another who signs in', async () => {
        await site.signIn(context, dana);
        const page = await site.open(context);
        await page.evaluate(`identities().then(() => { ${holdChats} })`);
        await context.clearCookies();
        await page.evaluate(`window.held = ${ask}; undefined`);
        await poll('the page is asked', 30_000, () =>
          page.evaluate(`events.some(([name]) => name === 'sign-in-required')`),
        );
        await typeSignIn(await clickSignIn(page), sam);
        expect(await page.evaluate('held')).toEqual(['', 'another consumer has signed in']);
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: sam.sub }]]);
      });
    });

    describe('by leaving the page', () => {
      test('the consumer comes back to the same address, signed in', async () => {
        const page = await site.open(context, { hint: 'ä&b' });
        await page.evaluate(`history.replaceState(null, '', location.href + '#basket')`);
        const address = page.url();
        await page.evaluate(`void Parley.signIn('redirect')`);
        await page.waitForURL(`${site.issuer}/interaction/*`);
        await typeSignIn(page, dana);
        await page.waitForURL(address);
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: dana.sub }]]);
        expect(context.pages()).toEqual([page]);
      });

      test('is what happens when the browser blocks the window', async () => {
        const page = await context.newPage();
        await page.goto(`${site.addressOf()}#sign-in-without-a-click`);
        await page.waitForURL(`${site.issuer}/interaction/*`);
        expect(context.pages()).toEqual([page]);
      });

      test('from an address that is too long leads back to the page itself', async () => {
        const page = await site.open(context, { long: 'x'.repeat(1500) });
        await page.evaluate(`void Parley.signIn('redirect')`);
        await page.waitForURL(`${site.issuer}/interaction/*`);
        await typeSignIn(page, dana);
        await page.waitForURL(`${site.page}/`);
      });
    });

    describe('where the browser keeps the session cookie from the page', () => {
      const open = () => site.open(context, { issuer: site.crossSiteIssuer });

      test('LivePerson is told so, also after a sign-in', async () => {
        const page = await open();
        await typeSignIn(await clickSignIn(page), dana);
        expect(await page.evaluate('signedIn')).toEqual({ who: null });
        expect(await page.evaluate(ask)).toEqual(['', 'sign_in_required']);
        expect(await page.evaluate(`events.map(([name]) => name)`)).toContain('sign-in-required');
        expect(await page.evaluate('identities()')).toEqual([[null]]);
      });

      test('a chat that the page holds back gets its code from the window', async () => {
        const page = await open();
        await page.evaluate(holdChats);
        await page.evaluate(`window.held = ${ask}; undefined`);
        await poll('the page is asked', 30_000, () =>
          page.evaluate(`events.some(([name]) => name === 'sign-in-required')`),
        );
        await typeSignIn(await clickSignIn(page), dana);
        const [code] = await page.evaluate<unknown[]>('held');
        await expectCodeOf(dana.sub, code, site.client('liveperson', site.crossSiteIssuer));

        // At expiry one click suffices, for the session lives where the window is.
        await page.evaluate(`window.held = ${ask}; undefined`);
        await poll('the page is asked again', 30_000, () =>
          page.evaluate(`events.filter(([name]) => name === 'sign-in-required').length === 2`),
        );
        await page.click('#sign-in');
        const [again] = await page.evaluate<unknown[]>('held');
        await expectCodeOf(dana.sub, again, site.client('liveperson', site.crossSiteIssuer));
      });

      test('an ID token of the implicit flow comes the same way', async () => {
        const page = await site.open(context, {
          issuer: site.crossSiteIssuer,
          client: 'lp-implicit',
          flow: 'id_token',
        });
        await page.evaluate(holdChats);
        await page.evaluate('window.held = chat(); undefined');
        await poll('the page is asked', 30_000, () =>
          page.evaluate(`events.some(([name]) => name === 'sign-in-required')`),
        );
        await typeSignIn(await clickSignIn(page), dana);
        const [idToken] = await page.evaluate<unknown[]>('held');
        expect(claimsOf(String(idToken))).toMatchObject({ sub: dana.sub, aud: 'lp-implicit' });
      });

      test('37 after a sign-out, which cannot reach the session, the next consumer is asked who they are', async () => {
        const page = await open();
        await typeSignIn(await clickSignIn(page), dana);
        await page.evaluate('signedIn.then(() => Parley.signOut())');
        await page.reload();
        await page.evaluate(holdChats);
        await page.evaluate(`window.held = ${ask}; undefined`);
        await poll('the page is asked', 30_000, () =>
          page.evaluate(`events.some(([name]) => name === 'sign-in-required')`),
        );
        await typeSignIn(await clickSignIn(page), sam);
        const [code] = await page.evaluate<unknown[]>('held');
        await expectCodeOf(sam.sub, code, site.client('liveperson', site.crossSiteIssuer));
      });
    });
  }),
);
