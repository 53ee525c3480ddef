import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { type ChatSite, startChatSite } from '../../browser/chat-site.ts';
import { describeWith } from '../../support/availability.ts';
import { collectComplaints } from '../../support/chromium.ts';
import { poll } from '../../support/poll.ts';
import { authorizationUrl, type Client } from '../../support/relying-party.ts';
import { dana, secrets } from '../../support/test-brand.ts';

/** docs/security.md 31, 33: a stranger's page can neither put ours into a frame nor reach into a window of ours. */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: ChatSite;
    let signedIn: BrowserContext;
    let visitor: BrowserContext;
    beforeAll(async () => {
      site = await startChatSite(chromium, openssl, {
        clients: [
          {
            id: 'asking',
            platform: undefined,
            pages: undefined,
            openid_includes: undefined,
            name: 'A Stranger',
            secret: secrets.web,
            flows: ['code', 'pkce'],
            first_party: false,
            redirect_uris: ['https://rp.acme.test/callback'],
          },
        ],
      });
    });
    afterAll(() => site?.stop());
    beforeEach(async () => {
      await Promise.all([signedIn?.close(), visitor?.close()]);
      [signedIn, visitor] = await Promise.all([site.newContext(), site.newContext()]);
      await site.signIn(signedIn, dana);
    });

    const asking = (): Client => ({
      issuer: site.issuer,
      clientId: 'asking',
      redirectUri: 'https://rp.acme.test/callback',
    });

    /** What each page of ours shows to whoever may see it. */
    const ours: [name: string, browser: () => BrowserContext, address: () => string, shows: string][] = [
      ['the sign-in page', () => visitor, () => authorizationUrl(asking()).href, 'Password'],
      ['the consent page', () => signedIn, () => authorizationUrl(asking()).href, 'Allow'],
      ['the page before a sign-out', () => signedIn, () => `${site.issuer}/session/end`, 'Sign out'],
      ['an error page', () => visitor, () => `${site.issuer}/auth?client_id=x`, 'reference'],
    ];

    async function openStranger(
      context: BrowserContext,
      which: 'sibling' | 'stranger' | 'page',
    ): Promise<Page> {
      const page = await context.newPage();
      await page.goto(`${site[which]}/elsewhere`);
      return page;
    }

    describe.each(ours)('%s', (_name, browser, address, shows) => {
      test('is there in a window', async () => {
        const page = await browser().newPage();
        await page.goto(address());
        expect(await page.textContent('body')).toContain(shows);
      });

      test.each(['sibling', 'stranger', 'page'] as const)('31 is in no frame of a %s', async (which) => {
        const complaints = collectComplaints(browser());
        const page = await openStranger(browser(), which);
        await page.evaluate(`new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.addEventListener('load', resolve);
          frame.src = ${JSON.stringify(address())};
          document.body.append(frame);
        })`);
        const [frame] = page.frames().slice(1);
        expect(await frame?.evaluate('document.body?.innerText ?? ""').catch(() => '')).not.toContain(shows);
        await poll('the browser says so', 30_000, () =>
          /frame-ancestors|X-Frame-Options/i.test(complaints.join()),
        );
      });

      test.each(['sibling', 'stranger'] as const)(
        '33 is out of reach of a %s that opened it',
        async (which) => {
          const page = await openStranger(browser(), which);
          const opening = browser().waitForEvent('page');
          await page.evaluate(`window.opened = open(${JSON.stringify(address())}); undefined`);
          const opened = await opening;
          await opened.waitForLoadState();
          expect(await opened.textContent('body')).toContain(shows);

          const reach = (what: string) =>
            page.evaluate(`(() => {
            try { document.domain = 'acme.test'; } catch {}
            try { return String(${what}); } catch (error) { return error.name; }
          })()`);
          for (const what of [
            'opened.document.body.innerHTML',
            'opened.location.href',
            'opened.document.forms[0].submit()',
            'opened.localStorage.length',
            'opened.eval("1")',
            '(opened.location = "javascript:document.title")',
          ])
            expect([what, await reach(what)]).toEqual([
              what,
              expect.stringMatching(/SecurityError|TypeError/),
            ]);
          // The script's address did not run there either.
          expect(await opened.textContent('body')).toContain(shows);
          expect(await reach('opened.length')).toBe('0');
          await opened.close();
        },
      );
    });
  }),
);
