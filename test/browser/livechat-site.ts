import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { typeSignIn } from '../support/chromium.ts';
import {
  livechatApp,
  livechatSettings,
  type RunningLiveChat,
  startLiveChatTwin,
} from '../support/livechat-twin.ts';
import { type ChatSite, startChatSite } from './chat-site.ts';
import { createLiveChatHosts, liveChatHosts } from './livechat-hosts.ts';

const resolve = createRequire(import.meta.url).resolve;

export interface LiveChatSite extends ChatSite {
  livechat: RunningLiveChat['control'];
  hosts: ReturnType<typeof createLiveChatHosts>;
  /** The brand's page with Parley's line and LiveChat's snippet. @param script instead of Parley's line */
  openShop(context: BrowserContext, script?: string): Promise<Page>;
  /** The brand's page with both platforms' scripts, LivePerson's first. */
  openBoth(context: BrowserContext): Promise<Page>;
  /** The brand's page with Parley's line and LiveChat's own SDK in place of the widget. */
  openSdkPage(context: BrowserContext): Promise<Page>;
  /** A page of the app's redirect URI with LiveChat's own authorization package. */
  openAuthPage(context: BrowserContext): Promise<Page>;
  /** By the page's button and Parley's window. */
  signInAt(page: Page, consumer: { login: string; password: string }): Promise<void>;
}

/** On the site of LiveChat's accounts: browsers keep their cookies from pages elsewhere. */
const authPage = new URL('https://www.livechatinc.com/chat');

/** The chat site, and LiveChat's own host names with the twin behind them. */
export async function startLiveChatSite(chromium: string, openssl: string): Promise<LiveChatSite> {
  const redirectUris = [...livechatApp.redirectUris, authPage.href];
  const twin = await startLiveChatTwin({ app: { ...livechatApp, redirectUris } });
  const hosts = createLiveChatHosts(twin);
  const settings = livechatSettings(twin.origin, {
    agent_token: twin.control.connectAgent().accessToken,
    update_customer: true,
  });
  let issuer = '';
  const site = await startChatSite(chromium, openssl, {
    hosts: [...Object.values(liveChatHosts), authPage.hostname],
    clients: [{ id: 'livechat', platform: 'livechat', livechat: settings }],
    upgrade: hosts.upgrade,
    answer(request, response) {
      if (hosts.answer(request, response)) return true;
      const { pathname, searchParams } = new URL(request.url ?? '/', `https://${request.headers.host}`);
      const body = pages[pathname]?.(issuer, searchParams.get('script'));
      if (body === undefined) return false;
      const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html';
      response.writeHead(200, { 'Content-Type': type }).end(body);
      return true;
    },
  });
  issuer = site.issuer;

  async function open(context: BrowserContext, address: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(address);
    return page;
  }
  return {
    ...site,
    livechat: twin.control,
    hosts,
    openShop: (context, script) =>
      open(context, `${site.page}/livechat${script ? `?${new URLSearchParams({ script }).toString()}` : ''}`),
    openBoth: (context) => open(context, `${site.page}/both`),
    openSdkPage: (context) => open(context, `${site.page}/livechat-sdk`),
    openAuthPage: (context) => open(context, authPage.href),
    async signInAt(page, consumer) {
      const opening = page.context().waitForEvent('page');
      await page.click('#sign-in');
      await typeSignIn(await opening, consumer);
      await page.evaluate('signedIn');
    },
    async stop() {
      await site.stop();
      await twin.stop();
    },
  };
}

const pages: Record<string, (issuer: string, script: string | null) => string> = {
  '/livechat': (issuer, script) => `<!doctype html><title>Shop</title><button id="sign-in">Sign in</button>
${script ? `<script>${script}</script>` : parleyLine(issuer)}
<script src="https://${liveChatHosts.cdn}/demo/assets/livechat-snippet.js"></script>`,
  '/both': (issuer) => `<!doctype html><title>Shop</title><button id="sign-in">Sign in</button>
<script src="${issuer}/parley.js" data-client="liveperson"></script>${parleyLine(issuer)}
<script src="https://${liveChatHosts.cdn}/demo/assets/livechat-snippet.js"></script>`,
  '/livechat-sdk': (issuer) => `<!doctype html><title>Shop</title>${parleyLine(issuer)}
<script src="/customer-sdk.js"></script>`,
  [authPage.pathname]: () => '<!doctype html><title>Shop</title><script src="/customer-auth.js"></script>',
  '/customer-sdk.js': () => readFileSync(resolve('@livechat/customer-sdk/dist/customer-sdk.js'), 'utf8'),
  '/customer-auth.js': () => customerAuth(),
};

const parleyLine = (issuer: string) =>
  `<script src="${issuer}/parley-livechat.js" data-client="livechat"></script>`;

/** The package is made for bundlers; esbuild wants a realm of its own, and a process has one. */
function customerAuth(): string {
  const entry = "export { default as createAuth } from '@livechat/customer-auth';";
  const flags = ['--bundle', '--format=iife', '--global-name=CustomerAuth'];
  const esbuild = join(resolve('esbuild/package.json'), '../bin/esbuild');
  return execFileSync(esbuild, flags, { input: entry, encoding: 'utf8', cwd: import.meta.dirname });
}
