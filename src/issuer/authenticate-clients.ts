import type { EventEmitter } from 'node:events';
import type { Context, Middleware, Next } from 'koa';
import { type Client, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { AuditLog } from '../audit/audit-log.ts';
import { requestFacts } from '../audit/request-facts.ts';
import { ParleyError } from '../errors.ts';
import type { AttemptLimits } from '../limits/attempt-limits.ts';
import { addressEntry, pairEntry } from '../limits/entries.ts';
import type { LimitKind } from '../limits/limit-kinds.ts';
import type { Log } from '../log.ts';
import type { ClientSecrets } from './client-secrets.ts';
import { refusals } from './log-events.ts';

export interface AuthenticateClientsOptions {
  provider: Provider;
  secrets: ClientSecrets;
  limits: AttemptLimits;
  audit: AuditLog;
  log: Pick<Log, 'warn'>;
}

type Refusal = Error & { error?: string; error_detail?: string };

/** Days in which each process says once a day that a secret in use ends. */
const notice = 14;

/**
 * Compares clients' secrets by our own rule (two may live, expired ones do not), and counts what fails, whichever way
 * the client had to prove itself: a failure is told as such only while its limits last, and is 429 from then on.
 *
 * Whoever has the right secret waits only where the same client failed from the same address. Nothing that strangers
 * do elsewhere keeps a platform out. A process at which no secret of a client was ever wrong does not ask the store for
 * those that are right: each of the guesser's is either that or its first failure there.
 */
export function authenticateClients(options: AuthenticateClientsOptions): Middleware {
  const { provider, secrets, limits, audit, log } = options;
  const failures = new WeakMap<object, Refusal>();
  const noticed = new Set<string>();
  const suspected = new Set<string>();

  provider.Client.prototype.compareClientSecret = async function compare(this: Client, actual: string) {
    const { clientId } = this;
    const live = secrets.findLive(clientId, actual);
    if (!live) return false;
    if (suspected.has(clientId)) {
      const entry = pairEntry(clientId, addressEntry(Provider.ctx?.ip ?? ''));
      if ((await limits.find('client-and-address', entry)).wait > 0) return false;
    }
    warnOfEnd(clientId, live.daysLeft);
    return true;
  };

  function warnOfEnd(clientId: string, days: number | undefined): void {
    if (days === undefined || days > notice || noticed.has(`${clientId} ${days}`)) return;
    noticed.add(`${clientId} ${days}`);
    log.warn({ clientId, days }, 'the secret that this client uses expires soon');
  }

  for (const event of refusals) {
    (provider as EventEmitter).on(event, (ctx: KoaContextWithOIDC, error: Refusal) => {
      if (error.error === 'invalid_client') failures.set(ctx, error);
    });
  }

  return async (ctx: Context, next: Next) => {
    await next();
    const failure = failures.get(ctx);
    if (!failure) return;
    const clientId = (ctx as unknown as KoaContextWithOIDC).oidc.client?.clientId;
    const facts = { ...requestFacts(ctx), clientId };
    audit.record('client.refused', { ...facts, endpoint: ctx.path, reason: failure.error_detail });
    if (clientId !== undefined) suspected.add(clientId);
    const address = addressEntry(ctx.ip);
    const counts: [LimitKind, string][] = [
      ...(clientId === undefined
        ? []
        : ([
            ['client-and-address', pairEntry(clientId, address)],
            ['client', clientId],
          ] satisfies [LimitKind, string][])),
      ['client-address', address],
    ];
    for (const [kind, entry] of counts) {
      const { admitted, wait } = await limits.take(kind, entry, facts);
      if (admitted) continue;
      ctx.remove('WWW-Authenticate');
      throw new ParleyError('too_many_attempts', `client authentication: ${kind}`, { retryAfter: wait });
    }
  };
}
