import type { EventEmitter } from 'node:events';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { AuditLog, CommonFacts } from '../audit/audit-log.ts';
import { requestFacts } from '../audit/request-facts.ts';

type Refusal = Error & { error?: string; error_description?: string; error_detail?: string };
type EndedToken = { clientId?: string; accountId?: string };

/** What the library answers and refuses, as lines of the audit log. Clients that cannot prove themselves: authenticate-clients.ts. */
export function auditEvents(provider: Provider, audit: AuditLog): void {
  provider.on('authorization.success', (ctx, response) => {
    const { response_type, scope } = ctx.oidc.params ?? {};
    if (response === undefined || response_type === 'none') return;
    audit.record('authorization.granted', {
      ...factsOf(ctx),
      response_type: textOf(response_type),
      scope: textOf(scope),
    });
  });
  provider.on('grant.success', (ctx) => {
    const grantType = textOf(ctx.oidc.params?.['grant_type']);
    const scope = textOf((ctx.body as Record<string, unknown> | undefined)?.['scope']);
    if (grantType === 'refresh_token') audit.record('token.refreshed', { ...factsOf(ctx), scope });
    else audit.record('token.issued', { ...factsOf(ctx), grant_type: grantType, scope });
  });
  (provider as EventEmitter).on('grant.error', (ctx: KoaContextWithOIDC, error: Refusal) => {
    if (error.error === 'invalid_client') return;
    const grantType = textOf(ctx.oidc?.params?.['grant_type']);
    if (isReplay(error)) audit.record('replay.refused', { ...factsOf(ctx), kind: grantType });
    else
      audit.record('token.refused', {
        ...factsOf(ctx),
        grant_type: grantType,
        error: error.error,
        reason: error.error_detail ?? error.error_description,
      });
  });
  for (const event of ['authorization.error', 'pushed_authorization_request.error']) {
    (provider as EventEmitter).on(event, (ctx: KoaContextWithOIDC, error: Refusal) => {
      if (isReplay(error)) audit.record('replay.refused', { ...factsOf(ctx), kind: 'request_uri' });
      else if (error.error_description?.startsWith('login_hint_token:'))
        audit.record('sign_in.failed', { ...factsOf(ctx), way: 'assertion', reason: error.error_detail });
    });
  }
  provider.on('grant.revoked', (ctx) => audit.record('grant.revoked', factsOf(ctx)));
  for (const kind of ['access_token', 'refresh_token'] as const) {
    (provider as EventEmitter).on(`${kind}.destroyed`, ({ clientId, accountId }: EndedToken) => {
      const { ctx } = Provider;
      if (ctx?.oidc.route !== 'revocation') return;
      audit.record('token.revoked', { ...requestFacts(ctx), clientId, accountId, kind });
    });
  }
}

/** Of whoever the library knows in this request. */
function factsOf(ctx: KoaContextWithOIDC): CommonFacts {
  const { client, account, session } = ctx.oidc ?? {};
  return {
    ...requestFacts(ctx),
    clientId: client?.clientId,
    accountId: account?.accountId ?? session?.accountId,
  };
}

function isReplay({ error_detail: detail = '', error_description: description = '' }: Refusal): boolean {
  return /\balready (?:consumed|used)\b/.test(`${detail} ${description}`);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
