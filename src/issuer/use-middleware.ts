import { requestFacts } from '../audit/request-facts.ts';
import type { Context, Middleware, Next } from 'koa';
import type { KoaContextWithOIDC, Provider, Session } from 'oidc-provider';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import { authenticateClients } from './authenticate-clients.ts';
import { createClientSecrets } from './client-secrets.ts';
import { askDirectoryBeforeResume } from './directory-before-resume.ts';
import { createBackChannel } from './back-channel/back-channel.ts';
import { checkResumedClient } from './check-resumed-client.ts';
import { completeEnd, type EndSessionOptions } from './end-session.ts';
import { exactPaths } from './exact-paths.ts';
import type { IssuerOptions } from './issuer-options.ts';
import { longestLife } from './lifetimes.ts';
import type { IssuerParts } from './issuer-parts.ts';
import type { FindPageConsumer } from './page/page-call.ts';
import { createPageRoutes } from './page/page-routes.ts';
import { recordRequests } from './record-requests.ts';
import { acceptMissingNonce, limitParameters } from './request-parameters.ts';
import { createFindResumed } from './resumed-interaction.ts';
import { scriptPagePolicy } from './script-page-policy.ts';
import { spellSpaces } from './spell-spaces.ts';
import { checkResumedConsumer } from './sign-in/check-resumed-consumer.ts';
import { tokenAnswers } from './token-answers.ts';

export interface MiddlewareOptions
  extends Pick<
    IssuerOptions,
    | 'store'
    | 'directory'
    | 'brokers'
    | 'requestLog'
    | 'brand'
    | 'silentWays'
    | 'onSessionEnd'
    | 'log'
    | 'audit'
    | 'limits'
    | 'eventVerifier'
  > {
  provider: Provider;
  clients: readonly ResolvedClient[];
  parts: IssuerParts;
  /** Milliseconds since the epoch. */
  now(): number;
  endSession(session: Session): Promise<void>;
  findConsumer: FindPageConsumer;
}

/** What stands between the brand's front door and the library's own routes, in the order in which a request meets it. */
export function useMiddleware(options: MiddlewareOptions): void {
  const { provider, clients, parts, requestLog, brand } = options;
  const clientIds = new Set(clients.map(({ id }) => id));
  const acceptsNoNonce = new Set(clients.filter((client) => client.accepts_no_nonce).map(({ id }) => id));
  const findResumed = createFindResumed(provider, parts.cookies);
  const order = [
    ...(requestLog ? [recordRequests({ provider, clientIds, requestLog, now: options.now })] : []),
    exactPaths,
    authenticateClients({ ...options, secrets: createClientSecrets(clients, options.now) }),
    createPageRoutes({ ...options, ...parts, issuer: brand.issuer }),
    createBackChannel({ ...options, ...parts, longestLife: longestLife(brand) }),
    scriptPagePolicy,
    spellSpaces,
    tokenAnswers,
    limitParameters,
    acceptMissingNonce((clientId) => acceptsNoNonce.has(clientId)),
    atResume(parts.binding.checkResume(findResumed)),
    atResume(checkResumedClient(provider, findResumed)),
    atResume(checkResumedConsumer({ ...options, ...parts, findResumed })),
    atResume(askDirectoryBeforeResume({ ...options, findResumed })),
    parts.lateAnswers.middleware,
    endWithLibrary({ ...options, ...parts }),
    parts.pendingWrites.middleware,
  ];
  for (const middleware of order) provider.use(middleware);
}

/** Only a request that goes on after a page of ours has an interaction. */
function atResume(middleware: Middleware): Middleware {
  return (ctx, next) => (ctx.path.startsWith('/auth/') ? middleware(ctx, next) : next());
}

/** The library's own confirmation page destroys the session; what the session gave ends with it. */
function endWithLibrary(options: EndSessionOptions): Middleware {
  const endWhatItGave = async (ctx: Context, next: Next): Promise<void> => {
    await next();
    const { session } = (ctx as unknown as KoaContextWithOIDC).oidc ?? {};
    const isDestroyed = (session as { destroyed?: boolean } | undefined)?.destroyed;
    if (session && isDestroyed) await completeEnd({ ...options, facts: requestFacts(ctx) }, session);
  };
  return (ctx, next) => (ctx.path.startsWith('/session/end') ? endWhatItGave(ctx, next) : next());
}
