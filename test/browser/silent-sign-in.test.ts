import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { type BrandServer, startBrandServer } from '../support/brand-site.ts';
import { brandIssuer, type BrandSigner, createBrandSigner } from '../support/brand-signer.ts';
import { poll } from '../support/poll.ts';
import { claimsOf, createPkce, exchange } from '../support/relying-party.ts';
import { dana, sam } from '../support/test-brand.ts';
import { type ChatSite, startChatSite } from './chat-site.ts';

/**
 * The brand says who the consumer is, by its own session or by an assertion: from its sign-in to a token that LivePerson
 * can use, without a page of ours. The browser decides which cookie goes where.
 */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let brand: BrandServer;
    let signer: BrandSigner;
    let site: ChatSite;
    let context: BrowserContext;
    let shown: string[];
    /** Whom the page's assertions name. */
    let consumer: string | null;
    let audience: string;

    beforeAll(async () => {
      brand = await startBrandServer();
      signer = await createBrandSigner('');
      site = await startChatSite(chromium, openssl, {
        brand: {
          login: [
            { session: { url: brand.url, cookies: ['sid'] } },
            { assertion: { verify: { issuer: brandIssuer, jwks: signer.jwks } } },
            { password: {} },
          ],
        },
        // The brand's own sign-in and sign-out, at the page's host.
        answer(request, response) {
          const { pathname, searchParams } = new URL(request.url ?? '', 'https://page.test');
          if (pathname !== '/brand') return false;
          const scope = searchParams.get('domain') ? `; Domain=${searchParams.get('domain')}` : '';
          const account = searchParams.get('as');
          const cookie = account ? `sid=${brand.signIn(account)}` : 'sid=; Max-Age=0';
          response.setHeader('Set-Cookie', `${cookie}; Path=/; Secure; HttpOnly; SameSite=Lax${scope}`);
          response.setHeader('Content-Type', 'text/html');
          response.end('<!doctype html><title>Brand</title>');
          return true;
        },
      });
    });
    afterAll(async () => {
      await site?.stop();
      await brand?.stop();
    });
    beforeEach(async () => {
      consumer = dana.sub;
      audience = site.issuer;
      context = await site.newContext();
      shown = [];
      context.on('request', (request) => {
        if (request.isNavigationRequest()) shown.push(request.url());
      });
      await context.exposeFunction('signAssertion', () =>
        consumer ? signer.sign({ sub: consumer, aud: audience }) : null,
      );
      brand.received.length = 0;
    });
    afterEach(() => context.close());

    const { challenge, verifier } = createPkce();
    const ask = `chat('${challenge.code_challenge}')`;

    async function atBrand(as: string | undefined, domain: string | undefined = 'acme.test'): Promise<void> {
      const page = await context.newPage();
      const query = new URLSearchParams({ ...(as && { as }), ...(domain && { domain }) });
      await page.goto(`${site.page}/brand?${query.toString()}`);
      await page.close();
    }

    async function claimsOfChat(page: Page, issuer = site.issuer): Promise<Record<string, unknown>> {
      const [code] = await page.evaluate<unknown[]>(ask);
      const client = site.client('liveperson', issuer);
      const { body } = await exchange(client, String(code), { code_verifier: verifier });
      return body.error ? { error: body.error } : claimsOf(body.id_token);
    }

    /** What LivePerson needs, and what the agent is to see. */
    const livePersonToken = (issuer: string, sub: string) => ({
      iss: issuer,
      sub,
      aud: 'liveperson',
      iat: expect.any(Number),
      exp: expect.any(Number),
      account_number: expect.any(String),
      billing: expect.objectContaining({ currency: 'EUR' }),
    });

    const ofParley = () => shown.filter((url) => /\/\/id\./.test(url));

    test('a brand cookie without a Domain never arrives, and the operator is told', async () => {
      await atBrand(dana.sub, '');
      const page = await site.open(context);
      expect(await page.evaluate('identities()')).toEqual([[null]]);
      expect(await page.evaluate(ask)).toEqual(['', 'sign_in_required']);
      expect(brand.received).toEqual([]);
      expect(JSON.stringify(site.parley.log)).toContain('cookie sid never arrived');
    });

    test("the brand's session: from the brand's sign-in to a LivePerson token, without a page", async () => {
      await atBrand(dana.sub);
      const page = await site.open(context);
      expect(await page.evaluate('identities()')).toMatchObject([[{ iss: site.issuer, sub: dana.sub }]]);
      expect(await claimsOfChat(page)).toMatchObject(livePersonToken(site.issuer, dana.sub));
      expect(ofParley()).toEqual([]);
      expect(context.pages()).toHaveLength(1);
    });

    test('an assertion: the same, also where the browser keeps every cookie from the page', async () => {
      for (const issuer of [site.issuer, site.crossSiteIssuer]) {
        audience = issuer;
        const page = await site.open(context, { issuer, assertion: 'signAssertion' });
        expect(await page.evaluate('identities()')).toMatchObject([[{ iss: issuer, sub: dana.sub }]]);
        expect(await claimsOfChat(page, issuer)).toMatchObject(livePersonToken(issuer, dana.sub));
        await page.close();
      }
      expect(ofParley()).toEqual([]);
    });

    describe('37 one device, one consumer after the other', () => {
      test('signed out at the brand, whose cookie stays: within five seconds nothing is given', async () => {
        await atBrand(dana.sub);
        const page = await site.open(context);
        const [code] = await page.evaluate<unknown[]>(ask);
        const [cookie] = (await context.cookies(site.page)).filter(({ name }) => name === 'sid');
        brand.signOut(cookie?.value ?? '');
        const signedOut = Date.now();
        let lastGiven = signedOut;
        await poll('Parley knows', 30_000, async () => {
          const asked = Date.now();
          const [[identity]] = await page.evaluate<[[unknown]]>('identities()');
          if (identity !== null) lastGiven = asked;
          return identity === null;
        });
        expect(lastGiven - signedOut).toBeLessThan(5500);
        expect(await page.evaluate(ask)).toEqual(['', 'sign_in_required']);
        const redeemed = await exchange(site.client('liveperson'), String(code), { code_verifier: verifier });
        expect(redeemed.body.error).toBe('invalid_grant');
      });

      test('another consumer signs in at the brand: the next token is that one’s, after the back button too', async () => {
        await atBrand(dana.sub);
        const page = await site.open(context);
        expect(await claimsOfChat(page)).toMatchObject({ sub: dana.sub });
        const [formerCode] = await page.evaluate<unknown[]>(ask);
        await page.goto(
          `${site.page}/brand?${new URLSearchParams({ as: sam.sub, domain: 'acme.test' }).toString()}`,
        );
        const next = await site.open(context);
        expect(await next.evaluate('identities()')).toMatchObject([[{ sub: sam.sub }]]);
        expect(await claimsOfChat(next)).toMatchObject({ sub: sam.sub });
        const redeemed = await exchange(site.client('liveperson'), String(formerCode), {
          code_verifier: verifier,
        });
        expect(redeemed.body.error).toBe('invalid_grant');
        await page.goBack({ waitUntil: 'commit' });
        await page.waitForFunction('window.lpTag?.identities?.length > 0');
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: sam.sub }]]);
        expect(await claimsOfChat(page)).toMatchObject({ sub: sam.sub });
      });

      test('by assertion: another consumer, then nobody', async () => {
        const attributes = { assertion: 'signAssertion' };
        const page = await site.open(context, attributes);
        expect(await claimsOfChat(page)).toMatchObject({ sub: dana.sub });
        consumer = sam.sub;
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: sam.sub }]]);
        expect(await claimsOfChat(page)).toMatchObject({ sub: sam.sub });
        // The script asks once more by itself when the consumer changes, and answers meanwhile with that question's answer.
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: sam.sub }]]);
        consumer = null;
        const [asked, told] = await Promise.all([
          page.waitForRequest(`${site.issuer}/page/identity`),
          page.evaluate('identities()'),
        ]);
        expect(told).toEqual([[null]]);
        expect(new URLSearchParams(asked.postData() ?? '').get('login_hint_token')).toBe('');
        expect(await page.evaluate(ask)).toEqual(['', 'sign_in_required']);
      });
    });

    test('57, 62 strangers of the same and of another site learn nothing, and the brand is not asked', async () => {
      await atBrand(dana.sub);
      const jwt = await signer.sign({ sub: sam.sub, aud: site.issuer });
      for (const origin of [site.sibling, site.stranger]) {
        const page = await context.newPage();
        await page.goto(origin);
        const answer = await page.evaluate(
          async ([issuer, hint]) => {
            const form = { client_id: 'liveperson', login_hint_token: hint ?? '' };
            const init = { method: 'POST', credentials: 'include' as const, body: new URLSearchParams(form) };
            const read = await fetch(`${issuer}/page/identity`, init).then(
              (response) => response.text(),
              () => 'nothing',
            );
            const blind = await fetch(`${issuer}/page/authorize`, { ...init, mode: 'no-cors' }).then(
              () => 'something',
              () => 'nothing',
            );
            return [read, blind];
          },
          [site.issuer, jwt],
        );
        expect(answer).toEqual(['nothing', 'nothing']);
        await page.close();
      }
      expect(brand.received).toEqual([]);
      expect((await context.cookies(site.issuer)).map(({ name }) => name)).toEqual(['sid']);
    });
  }),
);
