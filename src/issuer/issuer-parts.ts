import type { KoaContextWithOIDC } from 'oidc-provider';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import { createAccountSessions } from './account-sessions.ts';
import { createBrowserBinding } from './browser-binding.ts';
import { createConsentMemory } from './consent-memory.ts';
import { createConsumers } from './consumers.ts';
import { createBrandCookies } from './cookies.ts';
import { createEndedSessions } from './ended-sessions.ts';
import { createUniqueId } from './create-unique-id.ts';
import { createGrantPerResponse } from './grant-per-response.ts';
import { createInteractionMemory } from './interaction-memory.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import type { IssuerOptions } from './issuer-options.ts';
import { longestGrant } from './lifetimes.ts';
import { createPageRequests } from './page/page-requests.ts';
import { createPendingWrites } from './pending-writes.ts';
import { createPageModes } from './page/response-modes.ts';
import { createReadAhead } from './read-ahead.ts';
import { createBrandSessionGroup } from './sign-in/brand-session-group.ts';
import { createConsumerOfRequest } from './sign-in/consumer-of-request.ts';
import { createPushedSignIns } from './sign-in/pushed-sign-ins.ts';
import { createLateAnswers } from './refuse-late-answers.ts';
import { createSessionSaves } from './session-saves.ts';
import { createSubjects } from './subjects.ts';

export type IssuerParts = ReturnType<typeof createIssuerParts>;

/** What an issuer is made of, before the library's Provider stands. */
export function createIssuerParts(options: IssuerOptions, clients: readonly ResolvedClient[]) {
  const { brand } = options;
  const { store, findSession } = createReadAhead(options.store);
  const now = () => Math.floor(options.now() / 1000);
  const cookies = createBrandCookies(brand.brand, brand.issuer, options.cookieKeys);
  const isFirstParty = (clientId: string) =>
    clients.some(({ id, first_party }) => id === clientId && first_party);
  const binding = createBrowserBinding(cookies);
  const consentMemory = createConsentMemory(store);
  const grantLifetime = longestGrant(brand);
  const subjects = createSubjects({
    ...options,
    store,
    clients,
    subject: brand.subject,
    lifetime: Math.max(grantLifetime, brand.session.absolute),
  });
  const requests = createPageRequests();
  const pendingWrites = createPendingWrites();
  const endedSessions = createEndedSessions(store, brand.session.absolute);
  const brandSessionGroup = createBrandSessionGroup(store, brand.session.absolute);
  const pushedSignIns = createPushedSignIns({ ways: options.silentWays, store, audit: options.audit, now });
  const absoluteLifetime = brand.session.absolute;
  const path = new URL(brand.issuer).pathname.replace(/\/$/, '');

  const lateAnswers = createLateAnswers(cookies);
  const accountSessions = createAccountSessions({ store, absoluteLifetime, now });
  const consumers = createConsumers({
    ...options,
    store,
    absoluteLifetime,
    subjects,
    endedSessions,
    now,
  });
  return {
    store,
    findSession,
    now,
    cookies,
    binding,
    consentMemory,
    consumers,
    endedSessions,
    pendingWrites,
    accountSessions,
    sessionSaves: createSessionSaves({
      store,
      accountSessions,
      endedSessions,
      admitAnonymous: options.admitAnonymous,
      idleLifetime: brand.session.idle,
      onLateSave: lateAnswers.mark,
    }),
    interactionMemory: createInteractionMemory(store),
    brandSessionGroup,
    pushedSignIns,
    consumerOfRequest: createConsumerOfRequest({
      ways: options.silentWays,
      group: brandSessionGroup,
      absoluteLifetime,
      audit: options.audit,
      now,
    }),
    requests,
    pairwiseSubject: subjects.find,
    subjects,
    lateAnswers,
    modes: createPageModes({
      clients,
      requests,
      isPushedSignIn: pushedSignIns.has,
      showMessage: options.views.pageMessage,
    }),
    policy: createInteractionPolicy({
      absoluteLifetime,
      now,
      isFirstParty,
      trustLoopback: brand.demo,
      isPushedSignIn: pushedSignIns.has,
      async expectsOther(ctx) {
        const expected = requests.find(ctx)?.expectedSubject;
        const { session, client } = ctx.oidc;
        if (expected === undefined || !session?.accountId || !client) return false;
        return (await subjects.find(ctx, session.accountId, client)) !== expected;
      },
    }),
    grants: createGrantPerResponse({
      store,
      pendingWrites,
      consentMemory,
      isFirstParty,
      grantLifetime,
      keepSession: pushedSignIns.keepSession,
      createId: createUniqueId,
    }),
    interactionUrl(ctx: KoaContextWithOIDC, { uid }: { uid: string }) {
      binding.ensure(ctx);
      return `${path}/interaction/${uid}`;
    },
  };
}
