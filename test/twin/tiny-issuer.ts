import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import Koa, { type Middleware } from 'koa';
import mount from 'koa-mount';
import {
  type AdapterFactory,
  type AdapterPayload,
  type ClientMetadata,
  type Configuration,
  Provider,
} from 'oidc-provider';
import type { Visitor } from '../support/visitor.ts';

/**
 * The smallest real OpenID Provider that the twin can talk to: sign-in is a single address that signs dana
 * in, and the claims of LivePerson come with `openid` in the ID token.
 */
export interface TinyIssuer {
  issuer: string;
  /** Who presses the button from now on; dana at first. */
  signInAs(accountId: string): void;
  close(): Promise<void>;
}

export interface TinyIssuerOptions {
  /** Asked before the provider: the demo. */
  createMiddleware?: (issuer: string) => Middleware;
  changeClaims?: (claims: Record<string, unknown>) => Record<string, unknown>;
}

export const twinSecret = 'demo-liveperson-twin-secret';

const dana = {
  sub: 'c-7f3k2m',
  given_name: 'Dana',
  family_name: 'Whitfield',
  email: 'dana@fernway.example',
  account_number: 'FW-204-118',
  lp_sdes: [
    {
      type: 'ctmrinfo',
      info: {
        customerId: 'FW-204-118',
        ctype: 'Unlimited 20',
        balance: 42.5,
        currency: 'EUR',
        lastPaymentDate: { day: 3, month: 11, year: 2026 },
      },
    },
    { type: 'personal', personal: { firstname: 'Dana', lastname: 'Whitfield', language: 'en' } },
  ],
};

export async function startTinyIssuer(options: TinyIssuerOptions = {}): Promise<TinyIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const issuer = `http://localhost:${portOf(server)}`;

  const cookieKeys = [randomBytes(16).toString('hex')];
  const provider = await createProvider(issuer, cookieKeys, options.changeClaims ?? ((claims) => claims));
  const app = new Koa();
  app.silent = true;
  app.keys = cookieKeys;
  if (options.createMiddleware) app.use(options.createMiddleware(issuer));
  let accountId = dana.sub;
  app.use(createSignIn(provider, () => accountId));
  app.use(mount(provider));
  server.on('request', (request, response) => void app.callback()(request, response));

  return {
    issuer,
    signInAs: (id) => {
      accountId = id;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Follows redirects, signs in where asked, and answers the first address that ends in `stop`. */
export async function followTo(visitor: Visitor, start: string, stop: string): Promise<URL> {
  let url = new URL(start);
  for (let hops = 0; hops < 10 && !url.pathname.endsWith(stop); hops += 1) {
    const page = await visitor.get(url);
    const isForm = page.status === 200 && url.pathname.startsWith('/sign-in/');
    const answer = isForm ? await visitor.post(url, {}) : page;
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${url.href} answered ${answer.status} without a redirect`);
    url = new URL(location, url);
  }
  return url;
}

export function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null)
    throw new Error('the server does not listen on a port');
  return address.port;
}

async function createProvider(
  issuer: string,
  cookieKeys: string[],
  changeClaims: (claims: Record<string, unknown>) => Record<string, unknown>,
): Promise<Provider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'tiny-1', alg: 'RS256', use: 'sig' };
  const configuration: Configuration = {
    clients: createClients(issuer),
    jwks: { keys: [key] },
    cookies: { keys: cookieKeys },
    claims: { openid: Object.keys(dana) },
    conformIdTokenClaims: false,
    adapter: createMapAdapter(),
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    pkce: { required: () => false },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        logoutSource(ctx, form) {
          ctx.body = `${form}<button form="op.logoutForm" name="logout" value="yes">Yes, sign me out</button>`;
        },
      },
    },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...changeClaims(dana), sub }) }),
    async loadExistingGrant(ctx) {
      const { session, client } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({
        accountId: session!.accountId!,
        clientId: client!.clientId,
      });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  };
  return new Provider(issuer, configuration);
}

function createClients(issuer: string): ClientMetadata[] {
  return [
    {
      client_id: 'liveperson-twin',
      client_secret: twinSecret,
      redirect_uris: [`${issuer}/demo/liveperson/window`],
    },
    {
      client_id: 'liveperson-twin-code',
      client_secret: twinSecret,
      redirect_uris: [`${issuer}/demo/liveperson/window`],
    },
    {
      client_id: 'storefront',
      token_endpoint_auth_method: 'none',
      redirect_uris: [`${issuer}/demo/callback`],
      post_logout_redirect_uris: [`${issuer}/demo`],
    },
  ];
}

/** A page with one button, so that a browser test has something to press. */
function createSignIn(provider: Provider, whoPresses: () => string): Middleware {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/sign-in/')) {
      await next();
    } else if (ctx.method === 'GET') {
      ctx.body = '<form method="post"><button>Sign in</button></form>';
    } else {
      ctx.respond = false;
      await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: whoPresses() } });
    }
  };
}

/** What oidc-provider asks of a store, in a map; enough for one process and ten minutes. */
function createMapAdapter(): AdapterFactory {
  const records = new Map<string, AdapterPayload>();
  return (model) => {
    const key = (id: string): string => `${model}:${id}`;
    const findWhere = (test: (record: AdapterPayload) => boolean): AdapterPayload | undefined =>
      [...records].find(([id, record]) => id.startsWith(`${model}:`) && test(record))?.[1];
    return {
      upsert: async (id, payload) => void records.set(key(id), payload),
      find: async (id) => records.get(key(id)),
      findByUid: async (uid) => findWhere((record) => record.uid === uid),
      findByUserCode: async () => undefined,
      async consume(id) {
        const record = records.get(key(id));
        if (record) record.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => void records.delete(key(id)),
      async revokeByGrantId(grantId) {
        for (const [id, record] of records) if (record.grantId === grantId) records.delete(id);
      },
    };
  };
}
