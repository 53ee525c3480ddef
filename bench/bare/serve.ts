import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { type ClientMetadata, type JWK, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { countMethods, createCallCounter } from '../../test/support/counting-store.ts';
import { bareAccount, bareAccountId, bareCookieKey, claimsByScope } from '../subject/example.ts';
import { createJsonAdapter } from './json-adapter.ts';
import { createMemoryAdapter } from './memory-adapter.ts';

/**
 * oidc-provider as it is, behind a bare Node server: same keys, clients, scopes and lifetimes as the Parley beside
 * it, and a sign-in that asks nothing. A process of its own, so that its processor time can be read apart.
 */
export interface BareSettings {
  issuer: string;
  port: number;
  store: 'redis' | 'memory';
  redis: string;
  keys: JWK[];
  clients: ClientMetadata[];
  /** Calls of the adapter are counted, and GET /cost answers what came since the last time. */
  counted?: boolean;
}

const settings: BareSettings = JSON.parse(process.argv[2] ?? '');
const hour = 3600;

const counter = createCallCounter();
const createAdapter =
  settings.store === 'memory' ? createMemoryAdapter() : createJsonAdapter(new Redis(settings.redis));

const provider = new Provider(settings.issuer, {
  adapter: settings.counted ? (model: string) => countMethods(counter, createAdapter(model)) : createAdapter,
  jwks: { keys: settings.keys },
  clients: settings.clients,
  cookies: { keys: [bareCookieKey] },
  claims: { openid: ['sub'], ...claimsByScope },
  conformIdTokenClaims: false,
  pkce: { required: () => false },
  findAccount: (_ctx, accountId) => ({
    accountId,
    claims: async () => ({ sub: accountId, ...bareAccount }),
  }),
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  routes: { userinfo: '/userinfo' },
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  ttl: {
    Session: hour,
    Grant: 14 * 24 * hour,
    AccessToken: hour,
    AuthorizationCode: 60,
    IdToken: hour,
    Interaction: 600,
    RefreshToken: 14 * 24 * hour,
  },
});

provider.use(async (ctx, next) => {
  if (settings.counted && ctx.path === '/cost') {
    ctx.body = counter.take();
    return;
  }
  if (!ctx.path.startsWith('/interaction/')) {
    await next();
    return;
  }
  const { req, res } = ctx;
  const { prompt, params, session } = await provider.interactionDetails(req, res);
  const result =
    prompt.name === 'login' ? { login: { accountId: bareAccountId } } : await consent(params, session);
  ctx.respond = false;
  await provider.interactionFinished(req, res, result);
});

async function consent(params: KoaContextWithOIDC['oidc']['params'], session?: { accountId: string }) {
  const grant = new provider.Grant({
    accountId: session?.accountId ?? '',
    clientId: String(params?.['client_id']),
  });
  grant.addOIDCScope(String(params?.['scope']));
  return { consent: { grantId: await grant.save() } };
}

const handle = provider.callback();
createServer((request, response) => void handle(request, response)).listen(settings.port, '127.0.0.1', () =>
  process.stdout.write('ready\n'),
);
// The end of a run, in which a profile is written.
process.once('SIGTERM', () => process.exit(0));
