import { generateKeyPairSync } from 'node:crypto';
import type { BrowserContext, Page } from 'playwright-core';
import type { Flow } from '../../src/twin/liveperson/connector.ts';
import { typeSignIn } from '../support/chromium.ts';
import { secrets } from '../support/test-brand.ts';
import { type ChatSite, startChatSite } from './chat-site.ts';
import type { Chat } from './liveperson-chats.ts';
import { createLivePersonHosts, livePersonHosts } from './liveperson-hosts.ts';

export interface NamedConnector {
  name: string;
  clientId: string;
  flow: Flow;
}

/** Connectors of the brand's account at LivePerson, one for each way to sign in. */
export const byCode: NamedConnector = { name: 'code', clientId: 'lp-code', flow: 'code' };
export const byPkce: NamedConnector = { name: 'code with PKCE', clientId: 'liveperson', flow: 'pkce' };
export const byImplicit: NamedConnector = { name: 'implicit', clientId: 'lp-implicit', flow: 'implicit' };
export const encrypted: NamedConnector = {
  name: 'implicit, encrypted',
  clientId: 'lp-encrypted',
  flow: 'implicit',
};
export const flows: readonly NamedConnector[] = [byCode, byPkce, byImplicit, encrypted];
export const shortLived: readonly NamedConnector[] = [
  { name: 'code with PKCE', clientId: 'lp-short', flow: 'pkce' },
  { name: 'implicit', clientId: 'lp-short-implicit', flow: 'implicit' },
];

/** Seconds; long enough for a busy machine to bring the token to LivePerson. Its end is a matter of the page's clock. */
export const shortLifetime = 60;

export interface LivePersonSite extends ChatSite {
  /** The brand's page with the chat of this connector. */
  openShop(context: BrowserContext, connector: NamedConnector): Promise<Page>;
  /** The device's chat as LivePerson's server has it. */
  chatOf(page: Page): Promise<Chat | undefined>;
  /** Of every code and ID token that reached LivePerson, newest last: whose it was, or why it counts for nothing. */
  outcomes: readonly string[];
  /** By the page's button and Parley's window. */
  signInAt(page: Page, consumer: { login: string; password: string }): Promise<void>;
  /** LivePerson's popup window, opened by its tag. */
  openPopup(page: Page): Promise<Page>;
}

/** The chat site, and LivePerson's own host names with the twin behind them. */
export async function startLivePersonSite(chromium: string, openssl: string): Promise<LivePersonSite> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const decryption = { key: privateKey, kid: 'lpsso2026' };
  const encryption = {
    key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    kid: decryption.kid,
  };
  const lifetimes = { id_token: shortLifetime };
  let liveperson: ReturnType<typeof createLivePersonHosts> | undefined;
  const site = await startChatSite(chromium, openssl, {
    hosts: livePersonHosts,
    clients: [
      { id: 'lp-encrypted', flows: ['implicit'], encryption },
      { id: 'lp-short', secret: secrets.liveperson, flows: ['pkce'], lifetimes },
      { id: 'lp-short-implicit', flows: ['implicit'], lifetimes },
    ],
    answer: (request, response) => liveperson?.answer(request, response) ?? false,
  });
  const { issuer } = site;
  const endpoints = { jwtIssuer: issuer, tokenEndpoint: `${issuer}/token`, jwksEndpoint: `${issuer}/jwks` };
  const connectors = [...flows, ...shortLived].map(({ clientId, flow }) => ({
    ...endpoints,
    clientId,
    flow,
    ...(flow !== 'implicit' && { clientSecret: secrets.liveperson }),
    ...(clientId === encrypted.clientId && { decryption }),
  }));
  const { fetch = globalThis.fetch } = site.client('liveperson');
  const hosts = createLivePersonHosts({ connectors, fetch });
  liveperson = hosts;

  return {
    ...site,
    async openShop(context, { clientId, flow }) {
      const page = await context.newPage();
      const attributes = { issuer, client: clientId, flow: flow === 'implicit' ? 'id_token' : 'code' };
      await page.goto(`${site.page}/chat-page?${new URLSearchParams(attributes).toString()}`);
      await page.locator('html[data-ready]').waitFor();
      return page;
    },
    outcomes: hosts.chats.outcomes,
    chatOf: async (page) => hosts.chats.find(await page.evaluate('liveperson.visitor')),
    async signInAt(page, consumer) {
      const opening = page.context().waitForEvent('page');
      await page.click('#sign-in');
      await typeSignIn(await opening, consumer);
      await page.evaluate('signedIn');
      await page.evaluate('liveperson.settled');
    },
    async openPopup(page) {
      const opening = page.context().waitForEvent('page');
      await page.evaluate('liveperson.popup()');
      return opening;
    },
  };
}
