import { Provider, type Session } from 'oidc-provider';
import { auditEvents } from './audit-events.ts';
import { checkClients } from './check-clients.ts';
import { toClientMetadata } from './client-metadata.ts';
import { endSession } from './end-session.ts';
import { registerGrants } from './grants/register-grants.ts';
import { createInteractionGateway } from './interaction-gateway.ts';
import type { IssuerOptions } from './issuer-options.ts';
import { createSignerCheck, toProviderKeys } from './held-key.ts';
import { issuerPages } from './issuer-pages.ts';
import { createConsumerSessions } from './consumer-sessions.ts';
import { createIssuerParts } from './issuer-parts.ts';
import { longestLife } from './lifetimes.ts';
import { loadedContext } from './loaded-context.ts';
import { logEvents } from './log-events.ts';
import { createFindPageConsumer } from './page/find-page-consumer.ts';
import { createProviderConfiguration } from './provider-configuration.ts';
import { createBrandInInteraction } from './sign-in/brand-in-interaction.ts';
import { createCheckAuthorization } from './sign-in/check-authorization.ts';
import { createReplayDetection } from './replay-detection.ts';
import { shareContext } from './shared-context.ts';
import { rememberSignInFacts } from './sign-in-facts.ts';
import { createAdapterFactory } from './store-adapter.ts';
import { createVerifyServiceToken } from './verify-service-token.ts';
import { useMiddleware } from './use-middleware.ts';
import { warnOfLargeIdTokens } from './warn-of-large-id-tokens.ts';
import { watchSigning } from './watch-signing.ts';

/** One brand's OpenID Provider. Rejects when the library refuses a client: it would only notice at first use. */
export async function createIssuer(options: IssuerOptions) {
  const { brand, store, log } = options;
  // A platform that never speaks OpenID Connect with us has no flow; its pages sign consumers in all the same.
  const clients = options.clients.filter(
    ({ flows, grants, pages }) => flows.length > 0 || grants !== undefined || pages.length > 0,
  );
  const parts = createIssuerParts(options, clients);
  const { consumers, requests, modes } = parts;

  const provider = new Provider(
    brand.issuer,
    createProviderConfiguration({
      ...options,
      ...parts,
      jwks: { keys: toProviderKeys(options) },
      clients,
      clientMetadata: clients.map((client) =>
        toClientMetadata(client, brand, options.encryptionKeys.get(client.id)),
      ),
      adapter: createAdapterFactory({ ...options, ...parts, checkSigner: createSignerCheck(options) }),
      findAccount: consumers.findAccount,
      pages: issuerPages({
        views: options.views,
        isPageRequest: (ctx) => Boolean(requests.find(ctx)) || modes.isJson(ctx),
        onSessionLost: parts.lateAnswers.markLost,
        endSession: (session) => end(session),
        subjectOf(ctx) {
          const { session, client } = loadedContext(ctx);
          return parts.subjects.find(ctx, session.accountId, client);
        },
        cookies: parts.cookies,
      }),
      checkAuthorization: createCheckAuthorization({
        ...parts,
        checkModes: modes.check,
        endSession: (session) => end(session),
      }),
    }),
  );
  shareContext(provider);
  const end = (session: Session) => endSession({ ...options, ...parts, provider }, session);

  const findConsumer = createFindPageConsumer({
    ...parts,
    provider,
    lifetimes: brand.session,
    endSession: end,
  });
  rememberSignInFacts(provider, parts.now);
  provider.ReplayDetection.unique = createReplayDetection(store, parts.now);
  registerGrants(provider, { ...options, clients, consumers });
  provider.registerResponseMode('json', modes.json);
  provider.registerResponseMode('page_message', modes.pageMessage);
  provider.registerResponseMode('page_return', modes.pageReturn);
  useMiddleware({ ...options, provider, clients, parts, endSession: end, findConsumer });
  logEvents(provider, log);
  auditEvents(provider, options.audit);
  warnOfLargeIdTokens(provider, log);
  if (options.telemetry?.watchSigning) watchSigning(provider, options.telemetry.watchSigning);
  await checkClients(provider, clients);

  return {
    provider,
    cookies: parts.cookies,
    findSession: parts.findSession,
    sessions: createConsumerSessions({
      ...options,
      ...parts,
      provider,
      longestLife: longestLife(brand),
      absoluteLifetime: brand.session.absolute,
      endSession: end,
    }),
    verifyServiceToken: createVerifyServiceToken(provider),
    interactions: createInteractionGateway({
      ...parts,
      brand: createBrandInInteraction({ ...options, ...parts, provider }),
      provider,
      endSession: end,
    }),
  };
}
