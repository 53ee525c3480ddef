import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { collectComplaints } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { claimsOf, createPkce, exchange } from '../support/relying-party.ts';
import { dana } from '../support/test-brand.ts';
import { type ChatSite, startChatSite } from './chat-site.ts';

/** LivePerson's embedded window on a page whose policy allows nothing but Parley. */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: ChatSite;
    let context: BrowserContext;
    let complaints: string[];
    /** A browser in which Dana is signed in. */
    let danas: Awaited<ReturnType<BrowserContext['storageState']>>;

    beforeAll(async () => {
      site = await startChatSite(chromium, openssl);
      const first = await site.newContext();
      await site.signIn(first, dana);
      danas = await first.storageState();
      await first.close();
    });
    afterAll(() => site?.stop());
    beforeEach(() => begin());
    async function begin(state?: typeof danas): Promise<void> {
      await context?.close();
      context = await site.newContext(state && { storageState: state });
      complaints = collectComplaints(context);
    }
    afterEach(async () => {
      await context.close();
      // A refused request is in the console too; anything else would be the policy's or the script's.
      expect(complaints.filter((text) => !/^(Failed to load|Access to fetch)/.test(text))).toEqual([]);
    });

    const { challenge, verifier } = createPkce();
    const chat = (page: Page, argument: unknown = challenge.code_challenge): Promise<unknown[]> =>
      page.evaluate(`chat(${JSON.stringify(argument)})`);

    describe('a consumer who is signed in', () => {
      beforeEach(() => begin(danas));

      test.each([
        ['a string', challenge.code_challenge],
        ['code_challenge of an object', { code_challenge: challenge.code_challenge }],
        ['codeChallenge of an object', { codeChallenge: challenge.code_challenge }],
      ])('gets LivePerson a code bound to its challenge, given as %s', async (_name, argument) => {
        const page = await site.open(context);
        const address = page.url();
        const answer = await chat(page, argument);
        expect(answer).toEqual([expect.any(String)]);
        expect(page.url()).toBe(address);
        expect(context.pages()).toEqual([page]);

        const code = String(answer[0]);
        const liveperson = site.client('liveperson');
        const tokens = await exchange(liveperson, code, { code_verifier: verifier });
        expect(claimsOf(tokens.body.id_token)).toMatchObject({ iss: site.issuer, sub: dana.sub });
      });

      test('gets a code without a challenge where the client has no PKCE', async () => {
        const page = await site.open(context, { client: 'lp-code' });
        const answer = await chat(page, null);
        const tokens = await exchange(site.client('lp-code'), String(answer[0]));
        expect(claimsOf(tokens.body.id_token)).toMatchObject({ sub: dana.sub });
      });

      test('gets an ID token of the implicit flow', async () => {
        const page = await site.open(context, { client: 'lp-implicit', flow: 'id_token' });
        const answer = await chat(page, null);
        expect(answer).toHaveLength(1);
        expect(claimsOf(String(answer[0]))).toMatchObject({
          iss: site.issuer,
          sub: dana.sub,
          aud: 'lp-implicit',
        });
      });

      test('is known at the second visit without a word, and gets a code of its own', async () => {
        const page = await site.open(context);
        const first = await chat(page);
        await page.reload();
        const second = await chat(page);
        expect(second).toEqual([expect.any(String)]);
        expect(second).not.toEqual(first);
        expect(context.pages()).toEqual([page]);
      });

      test('has the iss and sub of the token in the identity function', async () => {
        const page = await site.open(context);
        const [[told]]: [[Record<string, string>]] = await page.evaluate('identities()');
        expect(Object.keys(told).toSorted()).toEqual(['acr', 'iss', 'sub']);
        expect(told['acr']).toBe('loa1');
        const code = String((await chat(page))[0]);
        const tokens = await exchange(site.client('liveperson'), code, { code_verifier: verifier });
        expect(claimsOf(tokens.body.id_token)).toMatchObject({ iss: told['iss'], sub: told['sub'] });
      });

      test('is asked for once when LivePerson asks twice at a time', async () => {
        const page = await site.open(context);
        let questions = 0;
        page.on('request', (request) => {
          if (request.url().endsWith('/page/identity')) questions += 1;
        });
        await page.evaluate('Promise.all([identities(), identities(), Parley.identity()])');
        expect(questions).toBe(1);
        await page.evaluate('identities()');
        expect(questions).toBe(2);
      });

      test('has what Parley answered while the page was frozen', async () => {
        const page = await context.newPage();
        await page.clock.install();
        const hold = Promise.withResolvers<void>();
        await page.route('**/page/authorize', async (route) => {
          await hold.promise;
          await route.continue();
        });
        await page.goto(site.addressOf());
        const asked = page.waitForRequest('**/page/authorize');
        const answer = chat(page);
        await asked;
        // As when a device wakes up: whatever is due comes at once, before anything is read.
        await page.clock.pauseAt(Date.now() + 3_600_000);
        hold.resolve();
        expect(await answer).toEqual([expect.any(String)]);
      });

      test('is told by redirect URI and by a method in a context, where the page says so', async () => {
        const redirectUri = 'https://liveperson.net/oauth2/code_redirect';
        const page = await site.open(context, { 'redirect-uri': redirectUri, method: 'acme.chat.getToken' });
        const [answer]: [{ ssoKey: string; redirect_uri: string }] = await page.evaluate(
          `chat('${challenge.code_challenge}', acme.chat.getToken)`,
        );
        expect(answer.redirect_uri).toBe(redirectUri);
        expect(await page.evaluate('typeof lpGetAuthenticationToken')).toBe('undefined');
        const liveperson = { ...site.client('liveperson'), redirectUri };
        expect((await exchange(liveperson, answer.ssoKey, { code_verifier: verifier })).status).toBe(200);
      });
    });

    describe('the page', () => {
      test('may carry the script twice, classic and as a module', async () => {
        await begin(danas);
        const page = await site.open(context);
        await page.evaluate(`new Promise((resolve) => {
          const policy = trustedTypes.createPolicy('test', { createScriptURL: (url) => url });
          const copy = document.createElement('script');
          copy.dataset.client = 'liveperson';
          copy.src = policy.createScriptURL('${site.issuer}/parley.js?copy');
          copy.onload = resolve;
          document.body.append(copy);
        })`);
        const isSame = await page.evaluate(`import('${site.issuer}/parley.mjs').then(({ createParley }) =>
          createParley({ issuer: '${site.issuer}', client: 'liveperson' }) === Parley)`);
        expect(isSame).toBe(true);
        expect(await page.evaluate('lpTag.identities.length')).toBe(1);
        expect(await chat(page)).toEqual([expect.any(String)]);
      });

      test('may have a LivePerson tag that begins a list of identities of its own', async () => {
        await context.addInitScript(`document.addEventListener('DOMContentLoaded', () => {
          if (window.lpTag) lpTag.identities = [];
        })`);
        const page = await site.open(context);
        expect(await page.evaluate('identities()')).toEqual([[null]]);
      });

      test('may serve the script from elsewhere and name the issuer', async () => {
        const page = await site.open(context);
        await page.evaluate(`new Promise((resolve) => {
          const policy = trustedTypes.createPolicy('test', { createScriptURL: (url) => url });
          const copy = document.createElement('script');
          Object.assign(copy.dataset, { client: 'liveperson', issuer: 'https://id.elsewhere.test', method: 'other' });
          copy.src = policy.createScriptURL('${site.issuer}/parley.js');
          copy.onload = resolve;
          document.body.append(copy);
        })`);
        expect(await page.evaluate('chat(undefined, other)')).toEqual([
          '',
          expect.stringContaining('cannot be reached'),
        ]);
        // The page's policy names its own issuer alone, and so tells where the other copy asks.
        await poll('the browser says so', 30_000, () =>
          complaints.join().includes('https://id.elsewhere.test/page/identity'),
        );
        complaints.length = 0;
      });

      test.each([
        ['no client', { client: '' }, 'parley.js: the script element needs data-client'],
        ['an unknown flow', { flow: 'implicit' }, 'parley.js: data-flow is code or id_token'],
      ])('with %s says so in the console', async (_name, attributes, message) => {
        const fault = context.waitForEvent('weberror');
        const page = await site.open(context, attributes);
        expect((await fault).error().message).toBe(message);
        expect(await page.evaluate('typeof Parley')).toBe('undefined');
        complaints.length = 0;
      });

      test('needs nothing of LivePerson at all', async () => {
        await site.signIn(context, dana);
        await context.addInitScript('delete window.lpTag');
        const page = await site.open(context);
        expect(await page.evaluate('Parley.identity()')).toEqual({ iss: site.issuer, sub: dana.sub });
        await page.evaluate('Parley.signOut()');
        expect(await page.evaluate('Parley.identity()')).toBeNull();
      });

      test('keeps no token, no code and nobody’s name', async () => {
        await begin(danas);
        const page = await site.open(context);
        await chat(page);
        const kept = await page.evaluate(
          'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
        );
        expect(kept).toBe('[{},{},""]');
      });
    });

    describe('LivePerson is always answered, once and in words', () => {
      test('when nobody is signed in', async () => {
        const page = await site.open(context);
        expect(await chat(page)).toEqual(['', 'sign_in_required']);
        expect(await page.evaluate('events')).toContainEqual(['sign-in-required', null]);
        expect(await page.evaluate('identities()')).toEqual([[null]]);
      });

      test('when the client is not for this page', async () => {
        const page = await site.open(context, { client: 'lp-elsewhere' });
        expect(await chat(page)).toEqual(['', expect.stringContaining('does not list this page')]);
        expect(await page.evaluate('identities()')).toEqual([[null]]);
      });

      test('when the request is wrong, with what Parley says of it', async () => {
        await begin(danas);
        const page = await site.open(context, { 'redirect-uri': 'https://unregistered.example' });
        expect(await chat(page)).toEqual([
          '',
          expect.stringMatching(/^invalid_redirect_uri: .+\(support id .+\)$/),
        ]);
      });

      test('when Parley does not answer', async () => {
        const page = await context.newPage();
        await page.clock.install();
        await page.route('**/page/**', () => {});
        await page.goto(site.addressOf());
        const answer = chat(page);
        const asked = page.waitForRequest('**/page/identity');
        await page.evaluate('void identities()');
        await asked;
        await page.clock.runFor(10_000);
        expect(await answer).toEqual(['', 'Parley did not answer within 10 seconds']);
      });

      test('also when the window’s own callback fails', async () => {
        await begin(danas);
        const page = await site.open(context);
        const fault = context.waitForEvent('weberror');
        await page.evaluate(`lpGetAuthenticationToken((...answer) => {
          answers.push(answer);
          throw new Error('a fault of the window');
        }, '${challenge.code_challenge}')`);
        expect((await fault).error().message).toBe('a fault of the window');
        expect(await page.evaluate('answers')).toEqual([[expect.any(String)]]);
        complaints.length = 0;
      });
    });
  }),
);
