import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { type BrandSigner, brandIssuer, createBrandSigner } from '../support/brand-signer.ts';
import { collectComplaints } from '../support/chromium.ts';
import { authorizationUrl, claimsOf, createPkce, exchange } from '../support/relying-party.ts';
import { dana, sam } from '../support/test-brand.ts';
import { type ChatSite, startChatSite } from './chat-site.ts';

/** The brand's login page is on another site than the issuer: no cookie of ours comes along with its form. */

const host = 'login.brand.test';

describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: ChatSite;
    let signer: BrandSigner;
    let context: BrowserContext;
    /** What the brand's page answers with. */
    let consumer = dana.sub;
    let outcome: 'signed-in' | 'cancelled' = 'signed-in';
    /** Posts itself at once; otherwise the form waits for a click. */
    let isAutomatic = true;

    async function answerLogin(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { searchParams } = new URL(request.url ?? '', `https://${host}`);
      const { nonce, return_to: returnTo, iss } = decodeJwt(searchParams.get('parley_request') ?? '');
      const claims = { nonce, sub: consumer, aud: iss, auth_time: Math.floor(Date.now() / 1000) };
      const fields =
        outcome === 'cancelled'
          ? { error: 'access_denied', state: String(nonce) }
          : { assertion: await signer.sign(claims) };
      const inputs = Object.entries(fields).map(
        ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
      );
      const submit = isAutomatic ? '<script>document.forms[0].submit()</script>' : '';
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><title>Brand</title>
<form method="post" action="${String(returnTo)}">${inputs.join('')}<button>Continue</button></form>${submit}`);
    }

    beforeAll(async () => {
      signer = await createBrandSigner('');
      const verify = { issuer: brandIssuer, jwks: signer.jwks };
      site = await startChatSite(chromium, openssl, {
        hosts: [host],
        brand: { login: [{ brand: { url: `https://${host}/login`, verify } }] },
        answer(request, response) {
          if (request.headers.host !== host || !request.url?.startsWith('/login?')) return false;
          void answerLogin(request, response);
          return true;
        },
      });
    });
    afterAll(() => site?.stop());
    beforeEach(async () => {
      context = await site.newContext();
      [consumer, outcome, isAutomatic] = [dana.sub, 'signed-in', true];
    });
    afterEach(() => context.close());

    const back = () => `${site.page}/signed-in`;
    /** A sign-in by redirect, from a page of the brand's and back to it. */
    const request = (parameters: Record<string, string> = {}) =>
      authorizationUrl(site.client('liveperson'), {
        response_type: 'none',
        response_mode: 'page_return',
        page_return_to: back(),
        ...parameters,
      }).href;
    const { challenge, verifier } = createPkce();

    async function subjectInChat(page: Page): Promise<unknown> {
      const [code, error] = await page.evaluate<string[]>(`chat('${challenge.code_challenge}')`);
      if (!code) return error;
      const { body } = await exchange(site.client('liveperson'), code, { code_verifier: verifier });
      return claimsOf(body.id_token)['sub'];
    }

    test('37 the consumer is known in the chat, then the next one at the same device, and nothing of the former', async () => {
      const complaints = collectComplaints(context);
      const page = await context.newPage();
      const addresses: string[] = [];
      page.on('framenavigated', (frame) => addresses.push(frame.url()));
      await page.goto(request());
      await page.waitForURL(back());
      expect(addresses.map((address) => new URL(address).host)).toEqual([host, new URL(site.page).host]);
      expect(addresses.join()).not.toContain('assertion');
      const chatPage = await site.open(context);
      expect(await subjectInChat(chatPage)).toBe(dana.sub);

      consumer = sam.sub;
      await page.goto(request({ prompt: 'login' }));
      await page.waitForURL(back());
      await chatPage.reload();
      expect(await subjectInChat(chatPage)).toBe(sam.sub);
      expect(await chatPage.evaluate('JSON.stringify(answers)')).not.toContain(dana.sub);
      expect(complaints).toEqual([]);
    });

    test('38 a sign-in anew that is cancelled at the brand changes nothing', async () => {
      const page = await context.newPage();
      await page.goto(request());
      await page.waitForURL(back());
      outcome = 'cancelled';
      await page.goto(request({ prompt: 'login' }));
      await page.waitForURL(`${back()}#parley_error=access_denied`);
      expect(await subjectInChat(await site.open(context))).toBe(dana.sub);
    });

    test("57 an attacker's answer, planted in a victim's browser, signs nobody in", async () => {
      isAutomatic = false;
      consumer = sam.sub;
      const attacker = await site.newContext();
      const attackersPage = await attacker.newPage();
      await attackersPage.goto(request());
      const form = await attackersPage.content();
      await attacker.close();

      const victim = await context.newPage();
      await victim.route(`https://${host}/planted`, (route) =>
        route.fulfill({ contentType: 'text/html', body: form }),
      );
      await victim.goto(`https://${host}/planted`);
      await victim.click('button');
      await victim.waitForURL(/\/interaction\/.*\/back/);
      expect(await victim.textContent('h1')).toBe('Please start again');
      expect(await subjectInChat(await site.open(context))).toBe('sign_in_required');
    });

    test("57 nor does the reference that came of it, opened while the victim's own sign-in is under way", async () => {
      isAutomatic = false;
      consumer = sam.sub;
      const attacker = await site.newContext();
      const attackersPage = await attacker.newPage();
      await attackersPage.goto(request());
      let reference = '';
      await attackersPage.route(/\/back\?reference=/, (route) => {
        reference = route.request().url();
        return route.abort();
      });
      const answered = attackersPage.waitForResponse((response) => response.url().endsWith('/login/brand'));
      await attackersPage.click('button').catch(() => {});
      reference ||= new URL((await (await answered).headerValue('location')) ?? '', site.issuer).href;
      await attacker.close();

      const victim = await context.newPage();
      await victim.goto(request());
      const other = await context.newPage();
      await other.goto(reference);
      expect(await other.textContent('h1')).toBe('Please start again');
      consumer = dana.sub;
      expect(await subjectInChat(await site.open(context))).toBe('sign_in_required');
    });
  }),
);
