import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { type ChatSite, startChatSite } from '../../browser/chat-site.ts';
import { describeWith } from '../../support/availability.ts';
import { collectComplaints, typeSignIn } from '../../support/chromium.ts';
import { authorizationUrl, type Client } from '../../support/relying-party.ts';
import { dana, secrets } from '../../support/test-brand.ts';

/** docs/security.md 30: whatever stands in a request, a brand's file or an account is text to the browser. */

const attacks = [
  '<script>window.taken = 1</script>',
  '"><img src=x onerror="window.taken = 1">',
  `'"--></style></title></textarea></script><svg onload="window.taken = 1">`,
  '<iframe srcdoc="<script>parent.taken = 1</script>"></iframe>',
  '<base href="https://evil.test/"><form action="https://evil.test/"><input name=password autofocus>',
  '<meta http-equiv="refresh" content="0;url=https://evil.test/">',
  '{{constructor.constructor("window.taken = 1")()}}<%= window.taken = 1 %>',
  '\u202e<b onmouseover=alert(1)>\u0000',
];
const all = attacks.join(' ');

describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: ChatSite;
    let context: BrowserContext;
    let complaints: string[];
    let page: Page;

    beforeAll(async () => {
      site = await startChatSite(chromium, openssl, {
        brand: { display_name: all, claims: { given_name: `\`${JSON.stringify(all)}\`` } },
        clients: [
          {
            id: 'hostile',
            platform: undefined,
            pages: undefined,
            openid_includes: undefined,
            name: all,
            secret: secrets.web,
            flows: ['code', 'pkce'],
            first_party: false,
            redirect_uris: ['https://rp.acme.test/callback'],
          },
        ],
      });
      context = await site.newContext();
      complaints = collectComplaints(context);
      page = await context.newPage();
      page.on('dialog', (dialog) => {
        complaints.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
    });
    afterAll(() => site?.stop());

    const hostile = (): Client => ({
      issuer: site.issuer,
      clientId: 'hostile',
      redirectUri: 'https://rp.acme.test/callback',
    });
    const request = (more: Record<string, string> = {}) =>
      authorizationUrl(hostile(), {
        scope: 'openid profile',
        state: all,
        login_hint: all,
        ui_locales: all,
        acr_values: all,
        prompt: 'login consent',
        ...more,
      }).href;

    async function expectText(): Promise<void> {
      const facts = await page.evaluate(`({
        taken: window.taken,
        scripts: [...document.scripts].filter((script) => script.textContent.includes('taken')).length,
        planted: document.querySelectorAll('img, svg, iframe, base, meta[http-equiv], [onload], [onerror], [onmouseover]').length,
        forms: [...document.forms].map((form) => new URL(form.action).origin),
        base: document.baseURI,
      })`);
      const { base, forms, ...rest } = facts as { base: string; forms: string[] };
      expect(rest).toEqual({ scripts: 0, planted: 0 });
      expect(new URL(base).origin).toBe(site.issuer);
      expect(new Set(forms.filter((origin) => origin !== site.issuer))).toEqual(new Set());
      // Where a text had become an element, the policy would have stopped its script, and said so.
      expect(complaints.filter((line) => /script|inline|dialog|frame/i.test(line))).toEqual([]);
    }

    test('30 the sign-in page, with everything that a request may say', async () => {
      await page.goto(request());
      expect(await page.getByLabel('E-mail or user name').inputValue()).toContain('window.taken');
      await expectText();
    });

    test('30 the same page after a wrong password, with what was typed', async () => {
      await page.getByLabel('E-mail or user name').fill(all);
      await page.getByLabel('Password').fill(all);
      await page.keyboard.press('Enter');
      await page.getByText('not right').waitFor();
      await expectText();
    });

    test('30 the consent page, with the names of the brand, the client and the account', async () => {
      await page.goto(request({ login_hint: '' }));
      await typeSignIn(page, dana);
      await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
      expect(await page.textContent('main')).toContain('window.taken');
      await expectText();
    });

    test('30 the page that asks before a sign-out', async () => {
      await page.goto(
        `${site.issuer}/session/end?${new URLSearchParams({ state: all, ui_locales: all }).toString()}`,
      );
      await expectText();
    });

    test.each([
      ['an unknown client', (text: string) => `/auth?client_id=${text}`],
      ['a redirect URI', (text: string) => `/auth?client_id=hostile&redirect_uri=${text}`],
      ['a response type', (text: string) => `/auth?client_id=hostile&response_type=${text}&redirect_uri=x`],
      ['an id_token_hint', (text: string) => `/session/end?id_token_hint=${text}`],
      ['an address after the sign-out', (text: string) => `/session/end?post_logout_redirect_uri=${text}`],
      ['an interaction', (text: string) => `/interaction/${text}`],
      ['a path', (text: string) => `/${text}`],
      ['an answer of the brand', (text: string) => `/login/brand?error=${text}&error_description=${text}`],
    ])('30 error pages: %s', async (_what, pathOf) => {
      for (const attack of attacks) {
        await page.goto(`${site.issuer}${pathOf(encodeURIComponent(attack))}`);
        await expectText();
      }
    });
  }),
);
