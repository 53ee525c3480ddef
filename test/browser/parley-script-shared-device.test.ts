import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { typeSignIn } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { claimsOf, createPkce, exchange } from '../support/relying-party.ts';
import { dana, sam } from '../support/test-brand.ts';
import { type ChatSite, startChatSite } from './chat-site.ts';

/** One device, one consumer after the other: nothing of the first reaches the chat of the second. */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: ChatSite;
    let context: BrowserContext;

    beforeAll(async () => {
      site = await startChatSite(chromium, openssl);
    });
    afterAll(() => site?.stop());
    beforeEach(async () => {
      context = await site.newContext();
    });
    afterEach(() => context.close());

    const { challenge, verifier } = createPkce();
    const ask = `chat('${challenge.code_challenge}')`;

    /** Dana's page, as she uses it; what her chat was given is then forgotten by the test's own window. */
    async function openAsDana(): Promise<Page> {
      await site.signIn(context, dana);
      const page = await site.open(context);
      expect(await page.evaluate('identities()')).toMatchObject([[{ sub: dana.sub }]]);
      return page;
    }

    async function signInAsSam(page: Page): Promise<void> {
      const opening = context.waitForEvent('page');
      await page.click('#sign-in');
      await typeSignIn(await opening, sam);
      await page.evaluate('signedIn');
    }

    const exchangeCode = (code: unknown) =>
      exchange(site.client('liveperson'), String(code), { code_verifier: verifier });

    /** Stops answers on their way to the page, after Parley has sent them. */
    async function holdAnswers(page: Page, path: string) {
      const session = await context.newCDPSession(page);
      const held: string[] = [];
      session.on('Fetch.requestPaused', ({ requestId }) => void held.push(requestId));
      await session.send('Fetch.enable', {
        patterns: [{ urlPattern: `*${path}`, requestStage: 'Response' }],
      });
      return {
        arrive: () => poll(`an answer of ${path}`, 30_000, () => held.length > 0),
        release: async () => {
          await session.send('Fetch.disable');
        },
      };
    }

    describe('37 signOut()', () => {
      test('clears the identity function, has LivePerson ask again, and ends what chats were given', async () => {
        const page = await openAsDana();
        const [code] = await page.evaluate<unknown[]>(ask);
        await page.evaluate('Parley.signOut()');
        expect(await page.evaluate('events.slice(1)')).toEqual([
          ['signed-out', null],
          ['identity', null],
        ]);
        expect(await page.evaluate('lpTag.pages.length')).toBe(1);
        expect(await page.evaluate('identities()')).toEqual([[null]]);
        expect(await page.evaluate(ask)).toEqual(['', 'sign_in_required']);
        expect((await exchangeCode(code)).body.error).toBe('invalid_grant');
      });

      test('and then the next consumer: every answer is about that one', async () => {
        const page = await openAsDana();
        await page.evaluate(ask);
        await page.evaluate('Parley.signOut()');
        await page.evaluate('answers.length = 0; events.length = 0');
        await signInAsSam(page);
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: sam.sub }]]);
        const [code] = await page.evaluate<unknown[]>(ask);
        expect(claimsOf((await exchangeCode(code)).body.id_token)).toMatchObject({ sub: sam.sub });
        expect(await page.evaluate('JSON.stringify([answers, events])')).not.toContain(dana.sub);
      });

      test('is awaited by every question that comes meanwhile', async () => {
        const page = await openAsDana();
        let letGo = () => {};
        const gate = new Promise<void>((resolve) => {
          letGo = resolve;
        });
        await page.route('**/page/sign-out', async (route) => {
          await gate;
          await route.continue();
        });
        const asked = page.waitForRequest('**/page/sign-out');
        const order: string[] = [];
        page.on('request', (request) => order.push(new URL(request.url()).pathname));
        await page.evaluate('window.leaving = Parley.signOut(); undefined');
        await asked;
        await page.evaluate(`window.told = Promise.all([identities(), ${ask}]); undefined`);
        // By the time of this answer a question that does not wait would have had its own.
        await page.evaluate(`fetch('${site.issuer}/parley.js').then((response) => response.text())`);
        letGo();
        expect(await page.evaluate('leaving.then(() => told)')).toEqual([[[null]], ['', 'sign_in_required']]);
        expect(order).toEqual(['/page/sign-out', '/parley.js', '/page/identity']);
      });

      test('reaches the other pages of the brand at this device', async () => {
        const page = await openAsDana();
        const other = await site.open(context);
        expect(await other.evaluate('identities()')).toMatchObject([[{ sub: dana.sub }]]);
        await page.evaluate('Parley.signOut()');
        await poll('the other page knows', 30_000, () =>
          other.evaluate(`JSON.stringify(events.at(-1)) === '["identity",null]'`),
        );
        expect(await other.evaluate('lpTag.pages.length')).toBeGreaterThan(0);
      });

      test('that cannot reach Parley says so and forgets nothing that is still true', async () => {
        const page = await openAsDana();
        await page.route('**/page/sign-out', (route) => route.abort());
        const problem = await page.evaluate('Parley.signOut().catch((error) => error.message)');
        expect(problem).toContain('Parley cannot be reached');
        expect(await page.evaluate('events')).not.toContainEqual(['signed-out', null]);
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: dana.sub }]]);
      });
    });

    describe('56 an answer that is on its way when the consumer leaves', () => {
      test('brings no code', async () => {
        const page = await openAsDana();
        const answers = await holdAnswers(page, '/page/authorize');
        await page.evaluate(`window.late = ${ask}; undefined`);
        await answers.arrive();
        await page.evaluate('Parley.signOut()');
        expect(await page.evaluate('late')).toEqual(['', 'the consumer signed out']);
        await answers.release();
        await signInAsSam(page);
        const [code] = await page.evaluate<unknown[]>(ask);
        expect(claimsOf((await exchangeCode(code)).body.id_token)).toMatchObject({ sub: sam.sub });
        expect(await page.evaluate('answers.length')).toBe(2);
      });

      test('brings no identity', async () => {
        const page = await openAsDana();
        const answers = await holdAnswers(page, '/page/identity');
        await page.evaluate('window.late = identities(); undefined');
        await answers.arrive();
        await page.evaluate('window.leaving = Parley.signOut(); undefined');
        await poll('signed out', 30_000, () =>
          page.evaluate(`events.some(([name]) => name === 'signed-out')`),
        );
        await answers.release();
        await page.evaluate('leaving');
        expect(await page.evaluate('late')).toEqual([[null]]);
      });

      test('brings no code when another consumer has come by another page', async () => {
        const page = await openAsDana();
        const answers = await holdAnswers(page, '/page/authorize');
        await page.evaluate(`window.late = ${ask}; undefined`);
        await answers.arrive();
        await site.signIn(context, sam);
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: sam.sub }]]);
        await answers.release();
        expect(await page.evaluate('late')).toEqual(['', 'the consumer changed meanwhile']);
      });

      test('nor does a question that Parley gets after the sign-out', async () => {
        const page = await openAsDana();
        let letGo = () => {};
        const gate = new Promise<void>((resolve) => {
          letGo = resolve;
        });
        await page.route('**/page/authorize', async (route) => {
          await gate;
          await route.continue();
        });
        const asked = page.waitForRequest('**/page/authorize');
        await page.evaluate(`window.late = ${ask}; undefined`);
        await asked;
        await page.evaluate('Parley.signOut()');
        const answered = page.waitForResponse('**/page/authorize');
        letGo();
        expect(await (await answered).json()).toMatchObject({ error: 'login_required' });
        expect(await page.evaluate('late')).toEqual(['', 'the consumer signed out']);
        expect(await page.evaluate('identities()')).toEqual([[null]]);
      });
    });

    describe('58 a page that has not heard of the change', () => {
      test('gets nothing for its former consumer, learns who is there, and has LivePerson ask again', async () => {
        const page = await openAsDana();
        await site.signIn(context, sam);
        expect(await page.evaluate(ask)).toEqual(['', 'another consumer is signed in now']);
        expect(await page.evaluate('events.at(-1)')).toMatchObject(['identity', { sub: sam.sub }]);
        expect(await page.evaluate('lpTag.pages.length')).toBe(1);
        const [code] = await page.evaluate<unknown[]>(ask);
        expect(claimsOf((await exchangeCode(code)).body.id_token)).toMatchObject({ sub: sam.sub });
      });
    });

    describe('37 the back button', () => {
      test('shows a page as it was, which asks anew at once', async () => {
        const page = await openAsDana();
        const answers = await holdAnswers(page, '/page/authorize');
        await page.evaluate(
          `addEventListener('pageshow', ({ persisted }) => { window.wasKept = persisted; })`,
        );
        await page.evaluate(`void ${ask}`);
        await answers.arrive();
        await page.goto(`${site.page}/elsewhere`);
        await answers.release();
        await site.signIn(context, sam);

        await page.evaluate('void history.back()');
        await poll('the page is back and has asked', 30_000, () =>
          page.evaluate<boolean>(`window.events?.at(-1)?.[1]?.sub === '${sam.sub}'`).catch(() => false),
        );
        expect(await page.evaluate('window.wasKept')).toBe(true);
        expect(await page.evaluate('answers')).toEqual([['', 'the page was left']]);
        expect(await page.evaluate('lpTag.pages.length')).toBeGreaterThan(0);
        expect(await page.evaluate('identities()')).toMatchObject([[{ sub: sam.sub }]]);
        const [code] = await page.evaluate<unknown[]>(ask);
        expect(claimsOf((await exchangeCode(code)).body.id_token)).toMatchObject({ sub: sam.sub });
      });
    });
  }),
);
