import { bodyParser } from '@koa/bodyparser';
import { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import mount from 'koa-mount';
import type { Flow } from '../liveperson/connector.ts';
import { sendAsset } from './assets.ts';
import type { Chat } from './chat.ts';
import { createSameOriginCheck } from './check-same-origin.ts';
import type { LiveChatSide } from './livechat-side.ts';
import type { LivePersonWindow } from './liveperson-window.ts';
import { createPageHeaders } from './page-headers.ts';
import { parseConnector, parseIdentity, parseText, parseTold, parseWindowAnswer } from './parse-body.ts';
import { createSessionCookie, sessionOf, setSession } from './session-cookie.ts';
import type { Session, Sessions } from './sessions.ts';
import { showState } from './show-state.ts';
import { renderStorefrontPage } from './storefront-page.ts';
import type { Storefront } from './storefront.ts';
import { renderWindowPage } from './window-page.ts';

/** The demo's addresses, in one table. */
export interface RoutesOptions {
  issuer: string;
  sessions: Sessions;
  storefront: Storefront;
  window: LivePersonWindow;
  chat: Chat;
  clientIds: Record<Flow, string>;
  livechat: ({ client: string } & LiveChatSide) | undefined;
  /** What the issuer noted of the client that the flow uses. */
  listRequests(flow: Flow): Promise<readonly object[]>;
}

export function createRoutes(options: RoutesOptions): Middleware {
  const path = new URL(options.issuer).pathname.replace(/\/$/, '');
  const router = new Router({ prefix: '/demo' });
  router.use(createPageHeaders());
  router.get('/assets/:file', sendAsset);
  if (options.livechat) addLiveChat(router, options.livechat, path);
  router.use(createSameOriginCheck(options.issuer), createSessionCookie(options.sessions, `${path}/demo`));
  addShop(router, options, path);
  addWindow(router, options, path);
  addApi(router, options);
  const app = new Koa();
  // Whoever opens the issuer's bare address has read it off the terminal and wants to see something.
  app.use((ctx, next) => (isRoot(ctx) ? ctx.redirect(`${path}/demo`) : next()));
  // LiveChat's own hosts know tokens, and neither the shop's session nor its origin.
  if (options.livechat) app.use(mount('/demo/livechat/accounts', options.livechat.accounts));
  app.use(router.routes());
  return mount(app);
}

function isRoot({ method, path }: Context): boolean {
  return path === '/' && (method === 'GET' || method === 'HEAD');
}

/** Parley's script is for pages whose chat window asks them. */
function scriptOf({ clientIds, issuer }: RoutesOptions, { platform, flow, style }: Session) {
  if (platform !== 'liveperson' || style !== 'embedded') return undefined;
  const redirectUri = `${issuer.replace(/\/$/, '')}/demo/liveperson/window`;
  return { client: clientIds[flow], flow: flow === 'implicit' ? 'id_token' : 'code', redirectUri } as const;
}

function addShop(router: Router, options: RoutesOptions, path: string): void {
  const { sessions, storefront, chat, livechat } = options;
  router.get('/', (ctx) => {
    const session = sessionOf(ctx);
    ctx.type = 'html';
    ctx.body = renderStorefrontPage({
      path,
      consumerName: session.consumer?.name,
      notice: ctx.query['notice'],
      offersLiveChat: livechat !== undefined,
      script: scriptOf(options, session),
      liveChatClient: session.platform === 'livechat' ? livechat?.client : undefined,
    });
  });

  router.get('/sign-in', async (ctx) => {
    ctx.redirect((await storefront.startSignIn(sessionOf(ctx))).href);
  });

  router.get('/callback', async (ctx) => {
    const session = sessionOf(ctx);
    const consumer = await storefront.finishSignIn(session, new URLSearchParams(ctx.querystring));
    if (!consumer) return ctx.redirect(`${path}/demo?notice=not-signed-in`);
    chat.prepareFor(session, consumer);
    session.consumer = consumer;
    sessions.renew(session);
    return ctx.redirect(`${path}/demo`);
  });

  router.post('/sign-out', async (ctx) => {
    const session = sessionOf(ctx);
    chat.end(session);
    sessions.forget(session);
    const next = sessions.create();
    next.platform = session.platform;
    setSession(ctx, next);
    ctx.status = 303;
    ctx.redirect((await storefront.createSignOutUrl(session.consumer)).href);
  });
}

function addWindow(router: Router, { window }: RoutesOptions, path: string): void {
  router.get('/liveperson/window', (ctx) => {
    ctx.type = 'html';
    ctx.body = renderWindowPage({ path, platform: 'liveperson' });
  });

  router.get('/liveperson/authorize', (ctx) => {
    ctx.redirect(window.startAuthorization(sessionOf(ctx), ctx.query['interactive'] === '1').href);
  });
}

/** LiveChat's chat window, whose requests carry a token and need no session of the shop. */
function addLiveChat(router: Router, { requests }: LiveChatSide, path: string): void {
  router.get('/livechat/window', (ctx) => {
    ctx.type = 'html';
    ctx.body = renderWindowPage({ path, platform: 'livechat' });
  });
  router.use('/livechat', requests);
}

function addApi(router: Router, { chat, listRequests, livechat }: RoutesOptions): void {
  const json = bodyParser({ enableTypes: ['json'], jsonLimit: '64kb' });
  const show = (ctx: Context): void => {
    const session = sessionOf(ctx);
    ctx.body = { ...showState(session, chat.find(session)), livechat: livechat?.show() ?? null };
  };

  router.get('/api/state', (ctx) => {
    ctx.state['isPolling'] = true;
    show(ctx);
  });
  router.get('/api/requests', async (ctx) => {
    ctx.state['isPolling'] = true;
    ctx.body = { requests: await listRequests(sessionOf(ctx).flow) };
  });
  router.post('/api/chat/open', (ctx) => {
    ctx.body = { next: chat.open(sessionOf(ctx)) };
  });
  router.post('/api/chat/end', (ctx) => {
    chat.end(sessionOf(ctx));
    show(ctx);
  });
  router.post('/api/chat/messages', json, (ctx) => {
    chat.sayAsConsumer(sessionOf(ctx), parseText(ctx));
    show(ctx);
  });
  router.post('/api/agent/messages', json, (ctx) => {
    chat.sayAsAgent(sessionOf(ctx), parseText(ctx));
    show(ctx);
  });
  router.post('/api/livechat/messages', json, (ctx) => {
    livechat?.sayAsAgent(parseText(ctx));
    show(ctx);
  });
  router.post('/api/liveperson/answer', json, async (ctx) => {
    await chat.receive(sessionOf(ctx), parseWindowAnswer(ctx));
    show(ctx);
  });
  router.post('/api/connector', json, (ctx) => {
    const session = sessionOf(ctx);
    chat.end(session);
    Object.assign(session, parseConnector(ctx));
    show(ctx);
  });
  router.post('/api/tag/identity', json, (ctx) => {
    ctx.body = chat.introduce(sessionOf(ctx), parseIdentity(ctx));
  });
  router.post('/api/tag/answer', json, async (ctx) => {
    await chat.receiveFromPage(sessionOf(ctx), parseTold(ctx));
    show(ctx);
  });
}
