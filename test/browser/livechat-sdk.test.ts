import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { describeWith } from '../support/availability.ts';
import { livechatApp } from '../support/livechat-twin.ts';
import { poll } from '../support/poll.ts';
import { dana } from '../support/test-brand.ts';
import { type LiveChatSite, startLiveChatSite } from './livechat-site.ts';

/** LiveChat's own npm packages in a browser in which LiveChat's host names lead to the twin. */
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
      site.hosts.logins.length = 0;
    });
    afterEach(async () => {
      site.livechat.faults.clear();
      await context.close();
    });

    describe('@livechat/customer-sdk with Parley as its identity provider', () => {
      /** Its events are written down as `[name, payload]`. */
      const start = (page: Page) =>
        page.evaluate(`{
          window.heard = [];
          window.sdk = CustomerSDK.init({
            organizationId: '${livechatApp.organizationId}',
            clientId: '${livechatApp.clientId}',
            identityProvider: Parley.customIdentityProvider,
          });
          for (const name of ['connected', 'disconnected', 'customer_id', 'incoming_event'])
            sdk.on(name, (payload) => heard.push([name, payload]));
        }`);
      const hears = (page: Page, name: string) =>
        page
          .waitForFunction(`heard.find(([name]) => name === '${name}')?.[1] ?? false`)
          .then((handle) => handle.jsonValue());
      const customerOf = (login = '') => site.livechat.findCustomer(login.replace('Bearer ', ''));

      test('logs in with the customer’s token, and chats', async () => {
        await site.signIn(context, dana);
        const page = await site.openSdkPage(context);
        await start(page);
        expect(await hears(page, 'connected')).toMatchObject({ availability: 'online' });

        const [login] = site.hosts.logins;
        expect(site.hosts.logins).toEqual([expect.stringMatching(/^Bearer \S+$/)]);
        const customer = customerOf(login);
        expect(await hears(page, 'customer_id')).toBe(customer?.id);
        expect(site.livechat.customers()).toHaveLength(1);

        await page.evaluate(`sdk.startChat({
          chat: { thread: { events: [{ type: 'message', text: 'Hello' }] } },
        })`);
        site.hosts.chats.say(customer?.id ?? '', 'agent', 'Good morning.');
        expect(await hears(page, 'incoming_event')).toMatchObject({ event: { text: 'Good morning.' } });
      });

      test('a token that LiveChat no longer takes: a fresh one, and the connection is back', async () => {
        await site.signIn(context, dana);
        const page = await site.openSdkPage(context);
        const { accessToken } = (await page.evaluate('Parley.customIdentityProvider().getToken()')) as {
          accessToken: string;
        };
        site.livechat.revokeCustomerToken(accessToken);
        const before = site.livechat.count('customer_token');
        await start(page);
        await hears(page, 'connected');
        const logins = new Set(site.hosts.logins);
        expect([...logins][0]).toBe(`Bearer ${accessToken}`);
        expect(customerOf([...logins].at(-1))).toBeDefined();
        expect(logins.size).toBe(2);
        expect(site.livechat.count('customer_token') - before).toBe(1);
      });

      test('LiveChat ends the token in mid-chat: a fresh one, and the connection is back', async () => {
        await site.signIn(context, dana);
        const page = await site.openSdkPage(context);
        await start(page);
        await hears(page, 'connected');
        await page.evaluate('heard.length = 0');
        for (const connection of site.hosts.connections) connection.disconnect('access_token_expired');
        await hears(page, 'connected');
        expect(new Set(site.hosts.logins).size).toBe(2);
      });

      test('nobody is signed in: it stops, and does not come back', async () => {
        const page = await site.openSdkPage(context);
        await start(page);
        expect(await hears(page, 'disconnected')).toEqual({ reason: 'login_required' });
        expect(site.hosts.logins).toEqual([]);
      });

      test('the consumer signs out in mid-chat: at the next token it stops', async () => {
        await site.signIn(context, dana);
        const page = await site.openSdkPage(context);
        await start(page);
        await hears(page, 'connected');
        await page.evaluate('Parley.signOut()');
        await page.evaluate('heard.length = 0');
        site.hosts.logins.length = 0;
        for (const connection of site.hosts.connections) connection.disconnect('access_token_expired');
        await page.waitForFunction(`heard.some(([, payload]) => payload.reason === 'login_required')`);
        expect(site.hosts.logins).toEqual([]);
      });

      test('LiveChat fails for a while: it goes on trying, and connects', async () => {
        await site.signIn(context, dana);
        const page = await site.openSdkPage(context);
        await page.evaluate('Parley.customIdentityProvider().invalidate()');
        site.livechat.faults.set({ kind: 'server_error' });
        const before = site.livechat.count('customer_token');
        await start(page);
        await poll('LiveChat was asked', 30_000, () => site.livechat.count('customer_token') > before);
        expect(site.hosts.logins).toEqual([]);
        site.livechat.faults.clear();
        await hears(page, 'connected');
      });
    });

    test('@livechat/customer-auth keeps one customer by its cookies, as at LiveChat itself', async () => {
      const page = await site.openAuthPage(context);
      const [first, second, has] = (await page.evaluate(`(async () => {
        const config = {
          organizationId: '${livechatApp.organizationId}',
          clientId: '${livechatApp.clientId}',
          uniqueGroups: false,
        };
        const auth = CustomerAuth.createAuth(config, ${livechatApp.licenseId}, 'production');
        const first = await auth.getToken();
        await auth.invalidate();
        const second = await auth.getFreshToken();
        return [first, second, await auth.hasToken()];
      })()`)) as [Record<string, unknown>, Record<string, unknown>, boolean];
      expect(first).toEqual({
        accessToken: expect.any(String),
        entityId: expect.any(String),
        expiresIn: 28_800_000,
        tokenType: 'Bearer',
        creationDate: expect.any(Number),
        organizationId: livechatApp.organizationId,
      });
      expect(second).toMatchObject({ entityId: first['entityId'], expiresIn: 28_800_000 });
      expect(second['accessToken']).not.toBe(first['accessToken']);
      expect(has).toBe(true);
      expect(site.livechat.findCustomer(String(second['accessToken']))?.id).toBe(first['entityId']);
    });
  }),
);
