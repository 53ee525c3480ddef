import { createHash } from 'node:crypto';
import { errors, type KoaContextWithOIDC, type Session } from 'oidc-provider';
import type { AuditLog } from '../../audit/audit-log.ts';
import { requestFacts } from '../../audit/request-facts.ts';
import type { SilentWays } from '../../directory/open-silent-ways.ts';
import type { BrandStore } from '../../store/contract.ts';
import { loadedContext } from '../loaded-context.ts';
import { factsOf } from '../sign-in-facts.ts';
import { refuseAssertion } from './refuse-assertion.ts';
import { startSession } from './start-session.ts';
import { fromAssertion, type Statement } from './statement.ts';

/**
 * A pushed authorization request (RFC 9126) with an assertion: how an app or a back end gets a code without a page.
 * The assertion is verified and used up when it is pushed, where its client proves itself; within the request's 60 s
 * it then signs in whoever opens the `request_uri`, for that one answer.
 *
 * The browser's own session is neither used nor changed, and no cookie is set: the address may be an attacker's, and
 * the browser a victim's, who would go on as the attacker.
 */
export interface PushedSignIns {
  /** At the pushed authorization request endpoint. @throws the protocol's errors */
  accept(ctx: KoaContextWithOIDC, jwt: string): Promise<void>;
  /** At the authorization endpoint: puts a session in the place of the browser's. */
  begin(ctx: KoaContextWithOIDC, jwt: string): Promise<void>;
  mark(ctx: object): void;
  /** Whether this answer is for a pushed assertion. */
  has(ctx: object): boolean;
  /** Keeps the session of a pushed assertion for what it has given; other sessions are left alone. */
  keepSession(session: Session): Promise<void>;
}

export interface PushedSignInsOptions {
  ways: SilentWays;
  store: BrandStore;
  audit: AuditLog;
  /** Seconds since the epoch. */
  now(): number;
}

const model = 'PushedAssertion';
/** Seconds. RFC 9126 2.2: a pushed request lives for 60. */
const lifetime = 65;

export function createPushedSignIns({ ways, store, audit, now }: PushedSignInsOptions): PushedSignIns {
  const requests = new WeakSet<object>();
  const sessions = new WeakSet<Session>();
  return {
    mark: (ctx) => requests.add(ctx),
    has: (ctx) => requests.has(ctx),

    async accept(ctx, jwt) {
      const { client } = loadedContext(ctx);
      if (!ways.assertion) throw new errors.InvalidRequest('login_hint_token is not supported');
      if (client.clientAuthMethod === 'none') {
        throw new errors.InvalidRequest('login_hint_token needs a client that authenticates itself');
      }
      const { prompt = 'none' } = ctx.oidc.params ?? {};
      if (prompt !== 'none')
        throw new errors.InvalidRequest('with login_hint_token no page is shown: leave prompt out');
      const outcome = await ways.assertion.verify(jwt, { channel: 'back', clientId: client.clientId });
      if (outcome.kind === 'refused') refuseAssertion(outcome);
      const { sessionLifetime } = ways;
      const statement = fromAssertion(outcome.assertion, { now: now(), sessionLifetime });
      await store.upsert(model, idOf(client.clientId, jwt), { statement }, lifetime);
    },

    async begin(ctx, jwt) {
      const { client, provider, params } = loadedContext(ctx);
      const record = await store.find(model, idOf(client.clientId, jwt));
      if (!record) throw new errors.InvalidRequest('login_hint_token: it is too old');
      // Whoever opens the address has nobody to ask: what is missing is an error.
      params['prompt'] = 'none';
      const session = startSession(provider, record['statement'] as Statement);
      sessions.add(session);
      const { accountId, amr, acr } = record['statement'] as Statement;
      const facts = { ...requestFacts(ctx), clientId: client.clientId, accountId };
      audit.record('sign_in.succeeded', { ...facts, way: 'assertion', amr, acr });
      (ctx.oidc as { session: Session }).session = session;
      ctx.oidc.entity('Session', session);
    },

    async keepSession(session) {
      if (!sessions.has(session)) return;
      const { endsAt = now() } = factsOf(session);
      await session.save(Math.max(1, endsAt - now()));
    },
  };
}

function idOf(clientId: string, jwt: string): string {
  return createHash('sha256')
    .update(JSON.stringify([clientId, jwt]))
    .digest('base64url');
}
