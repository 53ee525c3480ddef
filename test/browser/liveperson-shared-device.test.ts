import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { typeSignIn } from '../support/chromium.ts';
import { createPkce } from '../support/relying-party.ts';
import { dana, sam } from '../support/test-brand.ts';
import { withoutIds } from '../support/without-ids.ts';
import {
  byCode,
  byImplicit,
  byPkce,
  encrypted,
  flows,
  type LivePersonSite,
  type NamedConnector,
  startLivePersonSite,
} from './liveperson-site.ts';

type StorageState = Awaited<ReturnType<BrowserContext['storageState']>>;

/** Dana chats at a device, then Sam does: what LivePerson's side makes of it. */
describeWith('openssl', (openssl) =>
  describeWith('chromium', (chromium) => {
    let site: LivePersonSite;
    let context: BrowserContext;

    /** Browsers in which the one or the other is signed in. */
    let danas: StorageState;
    let sams: StorageState;

    beforeAll(async () => {
      site = await startLivePersonSite(chromium, openssl);
      [danas, sams] = [await signedInAs(dana), await signedInAs(sam)];
    });
    async function signedInAs(consumer: typeof dana): Promise<StorageState> {
      const first = await site.newContext();
      await site.signIn(first, consumer);
      const state = await first.storageState();
      await first.close();
      return state;
    }
    afterAll(() => site?.stop());
    beforeEach(() => begin());
    async function begin(storageState?: StorageState): Promise<void> {
      await context?.close();
      context = await site.newContext(storageState && { storageState });
    }
    afterEach(() => context.close());

    const isSam = { sub: sam.sub, account: '4711-0922' };
    const isDana = { sub: dana.sub, account: '4711-0815' };
    const secret = 'only for Dana';

    /** Everywhere that Sam could look. */
    async function expectNothingOfDana(page: Page): Promise<void> {
      const seen = [
        JSON.stringify(await site.chatOf(page)),
        ...(await Promise.all(context.pages().map((each) => each.content()))),
        ...context.pages().map((each) => each.url()),
        await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])'),
      ].join('\n');
      for (const trace of [dana.sub, isDana.account, secret]) expect(seen).not.toContain(trace);
      for (const name of ['Dana', 'Reyes']) expect(withoutIds(seen)).not.toContain(name);
    }

    async function signOut(page: Page): Promise<void> {
      await page.evaluate('Parley.signOut()');
      await page.evaluate('liveperson.settled');
    }

    describe.each(flows)('37 $name', (connector) => {
      test('the embedded window: Sam gets a chat of his own', async () => {
        const page = await site.openShop(context, connector);
        await page.evaluate('liveperson.open()');
        await site.signInAt(page, dana);
        await page.evaluate(`liveperson.say('${secret}')`);
        expect(await site.chatOf(page)).toMatchObject({ ...isDana, messages: [secret] });

        await signOut(page);
        expect(await site.chatOf(page)).toEqual({ messages: [] });
        await site.signInAt(page, sam);
        expect(await site.chatOf(page)).toMatchObject({ ...isSam, messages: [] });
        await expectNothingOfDana(page);
      });

      test('the popup window: Sam is asked who he is, and the back button finds nobody else', async () => {
        const page = await site.openShop(context, connector);
        const popup = await site.openPopup(page);
        await typeSignIn(popup, dana);
        expect(await page.evaluate('fromPopup')).toMatchObject(isDana);
        await page.evaluate(`liveperson.say('${secret}')`);
        await signOut(page);

        const opening = context.waitForEvent('page');
        await page.evaluate('liveperson.popup()');
        await typeSignIn(await opening, sam);
        expect(await page.evaluate('fromPopup')).toMatchObject(isSam);
        // Dana's window was left open.
        for (const window of [await opening, popup]) await goBackEverywhere(window);
        expect(await site.chatOf(page)).toMatchObject(isSam);
        await expectNothingOfDana(page);
      });
    });

    /** As often as the window's history reaches back. */
    async function goBackEverywhere(window: Page): Promise<void> {
      const length: number = await window.evaluate('history.length');
      for (let step = 1; step < length; step += 1) {
        const back = await window.goBack({ timeout: 3000 }).catch(() => null);
        if (!back) break;
      }
    }

    /** Keeps the page's next message of this kind from LivePerson. */
    async function holdNext(page: Page, path: string) {
      const arrived = Promise.withResolvers<void>();
      const gate = Promise.withResolvers<void>();
      const hold = async () => {
        arrived.resolve();
        await gate.promise;
      };
      await page.route(path, (route) => hold().then(() => route.continue()), { times: 1 });
      return { arrived: arrived.promise, release: gate.resolve };
    }

    describe('56 on its way to LivePerson while Dana signs out and Sam signs in', () => {
      test.each([
        [byCode, /^10: .*invalid_grant/],
        [byPkce, /^1057: .*invalid_grant/],
        [byImplicit, /^4407: .*another consumer/],
      ] as const)('what belongs to Dana reaches no chat: %j', async (connector, outcome) => {
        await site.signIn(context, dana);
        const page = await site.openShop(context, connector);
        const late = await holdNext(page, '**/answer');
        await page.evaluate('void liveperson.open()');
        await late.arrived;
        await signOut(page);
        await site.signInAt(page, sam);

        const answered = page.waitForResponse('**/answer');
        late.release();
        await answered;
        // A code has died with Dana's session; an ID token lives, but the page names another consumer now.
        expect(site.outcomes.at(-1)).toMatch(outcome);
        expect(await site.chatOf(page)).toMatchObject(isSam);
        await expectNothingOfDana(page);
      });
    });

    describe('58 what Dana’s windows got, brought into the windows of Sam', () => {
      /** By Dana's own browser, and not used yet. */
      async function steal(connector: NamedConnector): Promise<{ embedded: string; popup: string }> {
        const danasOwn = await site.newContext({ storageState: danas });
        const page = await site.openShop(danasOwn, connector);
        const argument = connector === byPkce ? `, '${createPkce().challenge.code_challenge}'` : '';
        const embedded: string = await page.evaluate(
          `new Promise((resolve) => lpGetAuthenticationToken(resolve${argument}))`,
        );
        const sent = Promise.withResolvers<Record<string, string>>();
        await danasOwn.route('**/popup-answer', (route) => {
          sent.resolve(route.request().postDataJSON());
          return route.abort();
        });
        await site.openPopup(page);
        const { code, id_token: idToken } = await sent.promise;
        await danasOwn.close();
        expect(embedded).not.toBe('');
        return { embedded, popup: String(code ?? idToken) };
      }

      test.each([
        [byCode, /^4407: .*another consumer/],
        [byPkce, /^1057: .*verifier/],
        [byImplicit, /^4407: .*another consumer/],
        [encrypted, /^4407: .*another consumer/],
      ] as const)('is refused: %j', async (connector, sentence) => {
        const stolen = await steal(connector);
        await begin(sams);
        const page = await site.openShop(context, connector);
        const refusal = expect.stringMatching(sentence);
        await page.evaluate(`{
          const own = lpGetAuthenticationToken;
          window.lpGetAuthenticationToken = (callback) => {
            window.lpGetAuthenticationToken = own;
            callback('${stolen.embedded}');
          };
        }`);
        expect(await page.evaluate('liveperson.open()')).toEqual({ messages: [], refusal });

        const name = connector.flow === 'implicit' ? 'id_token' : 'code';
        await context.route('**/popup-answer', (route) => {
          const postData = JSON.stringify({ ...route.request().postDataJSON(), [name]: stolen.popup });
          return route.continue({ postData });
        });
        await site.openPopup(page);
        expect(await page.evaluate('fromPopup')).toEqual({ messages: [], refusal });
        await expectNothingOfDana(page);
        expect(await page.evaluate('liveperson.open()')).toMatchObject(isSam);
      });
    });
  }),
);
