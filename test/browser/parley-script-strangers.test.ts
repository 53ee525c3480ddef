import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { poll } from '../support/poll.ts';
import { authorizationUrl, createPkce } from '../support/relying-party.ts';
import { dana } from '../support/test-brand.ts';
import { type ChatSite, startChatSite } from './chat-site.ts';

/**
 * 32, 33 Dana is signed in and a stranger's page is open in her browser: on the brand's own site, where the
 * session cookie goes along, and on another.
 */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: ChatSite;
    let context: BrowserContext;
    let danas: Awaited<ReturnType<BrowserContext['storageState']>>;

    beforeAll(async () => {
      site = await startChatSite(chromium, openssl);
      const first = await site.newContext();
      await site.signIn(first, dana);
      danas = await first.storageState();
      await first.close();
    });
    afterAll(() => site?.stop());
    beforeEach(async () => {
      context = await site.newContext({ storageState: danas });
    });
    afterEach(() => context.close());

    const { challenge } = createPkce();
    const form = (more: Record<string, string> = {}) =>
      new URLSearchParams({
        client_id: 'liveperson',
        response_type: 'code',
        scope: 'openid',
        redirect_uri: 'https://liveperson.net',
        ...challenge,
        ...more,
      }).toString();
    /** What Parley's own script opens, silent for Dana. */
    const windowOf = (page: string) =>
      authorizationUrl(site.client('liveperson'), { response_mode: 'page_message', page, ...challenge }).href;

    /** A page that writes down each message that reaches it. */
    async function openStranger(which: 'sibling' | 'stranger'): Promise<Page> {
      const page = await context.newPage();
      await page.goto(`${site[which]}/`);
      await page.evaluate(
        `window.messages = []; addEventListener('message', ({ data }) => messages.push(data))`,
      );
      return page;
    }

    async function expectNothingFor(page: Page): Promise<void> {
      // A message that was sent earlier is delivered before one that the page sends to itself now.
      await page.evaluate(`new Promise((resolve) => {
        addEventListener('message', ({ data }) => data === 'last' && resolve());
        postMessage('last', '*');
      })`);
      expect(await page.evaluate('messages')).toEqual(['last']);
    }

    describe.each(['sibling', 'stranger'] as const)('32, 33 a %s', (which) => {
      test.each(['authorize', 'identity', 'sign-out'])('cannot read or use /page/%s', async (endpoint) => {
        const page = await openStranger(which);
        const failures: string[] = [];
        page.on('requestfailed', (request) => failures.push(request.failure()?.errorText ?? ''));
        const ask = (init: string) =>
          page.evaluate(`fetch('${site.issuer}/page/${endpoint}', { method: 'POST', credentials: 'include', ${init} })
            .then((response) => response.text(), () => 'refused')`);
        const body = `body: new URLSearchParams('${form()}')`;
        expect(await ask(body)).toBe('refused');
        expect(await ask(`${body}, mode: 'no-cors'`)).toBe('refused');
        expect(await ask(`${body}, headers: { 'x-more': '1' }`)).toBe('refused');

        // The answer says itself that no other origin may load it, even unread (Cross-Origin-Resource-Policy).
        await poll('the browser tells of each', 30_000, () => failures.length === 3);
        expect(failures.join(' ')).toContain('ERR_BLOCKED_BY_RESPONSE');
        const { fetch = globalThis.fetch } = site.client('liveperson');
        const answer = await fetch(`${site.issuer}/page/${endpoint}`, {
          method: 'POST',
          headers: { origin: site[which], 'content-type': 'application/x-www-form-urlencoded' },
          body: form(),
        });
        expect(answer.status).toBe(403);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
        expect(answer.headers.get('set-cookie')).toBeNull();
        const own = await site.open(context);
        expect(await own.evaluate('Parley.identity()')).toMatchObject({ sub: dana.sub });
      });

      test('cannot read a silent answer of /auth', async () => {
        const page = await openStranger(which);
        const requests: Record<string, string>[] = [
          { response_mode: 'json' },
          { response_mode: 'page_message', page: site.page },
          {},
        ];
        for (const more of requests) {
          const url = `${site.issuer}/auth?${form({ prompt: 'none', ...more })}`;
          const text = await page.evaluate(`fetch('${url}', { credentials: 'include', redirect: 'manual' })
            .then((response) => response.text(), () => 'refused')`);
          expect(['refused', '']).toContain(text);
        }
      });

      test('gets no message from a window that it opens in the page’s name', async () => {
        const page = await openStranger(which);
        const opening = context.waitForEvent('page');
        await page.evaluate(`window.opened = open('${windowOf(site.page)}'); undefined`);
        // It has posted its answer to the page's origin, where nobody is, and closes.
        const opened = await opening;
        if (!opened.isClosed()) await opened.waitForEvent('close');
        await expectNothingFor(page);
      });

      test('gets no window in its own name', async () => {
        const page = await openStranger(which);
        const leaving = context.waitForEvent('request', (request) =>
          request.url().startsWith('https://liveperson.net'),
        );
        await page.evaluate(`window.opened = open('${windowOf(site[which])}'); undefined`);
        const { searchParams } = new URL((await leaving).url());
        expect(searchParams.get('error')).toBe('unsupported_response_mode');
        expect(searchParams.has('code')).toBe(false);
        await expectNothingFor(page);
      });

      test('cannot frame the window’s page', async () => {
        const page = await openStranger(which);
        const refused = page.waitForEvent('console', (message) => message.text().includes('frame'));
        await page.evaluate(`const frame = document.createElement('iframe');
          frame.src = '${windowOf(site.page)}';
          document.body.append(frame);`);
        await refused;
        await expectNothingFor(page);
      });

      test('gets nothing out of the script itself', async () => {
        const page = await openStranger(which);
        await page.evaluate(`new Promise((resolve) => {
          const script = document.createElement('script');
          script.dataset.client = 'liveperson';
          script.src = '${site.issuer}/parley.js';
          script.onload = resolve;
          document.body.append(script);
        })`);
        expect(await page.evaluate(`chat('${challenge.code_challenge}')`)).toEqual([
          '',
          expect.stringContaining('does not list this page'),
        ]);
        expect(await page.evaluate('identities()')).toEqual([[null]]);
        expect(await page.evaluate('Parley.signOut().catch(({ message }) => message)')).toContain(
          'does not list',
        );
      });

      test('cannot answer in the place of the sign-in window', async () => {
        await context.clearCookies();
        const page = await site.open(context);
        const opening = context.waitForEvent('page');
        await page.click('#sign-in');
        const window = await opening;
        const forged = `{ type: 'parley', answer: { code: 'forged', iss: '${site.issuer}' } }`;

        const strangerOpening = context.waitForEvent('page');
        await page.evaluate(`window.other = open('${site[which]}/'); undefined`);
        const stranger = await strangerOpening;
        await stranger.waitForLoadState();
        await stranger.evaluate(`opener.postMessage(${forged}, '*')`);
        await page.evaluate(`postMessage(${forged}, '*')`);
        await window.evaluate(`location.href = '${site[which]}/'; undefined`);
        await window.waitForURL(`${site[which]}/`);
        await window.evaluate(`opener.postMessage(${forged}, '*')`);
        await window.close();
        expect(await page.evaluate('signedIn')).toEqual({ error: expect.stringContaining('closed') });
      });
    });
  }),
);
