/**
 * Every security event by its stable name: what it says, and which facts of its own its line may carry. Names are a
 * contract with those who alert on them: they may grow, never change. docs/audit-log.md lists them (held by a test).
 *
 * A fact that does not stand here is not written, so that nobody adds a secret in passing.
 */
export const auditEvents = {
  'sign_in.succeeded': { says: 'A consumer signed in.', facts: ['way', 'amr', 'acr'] },
  'sign_in.failed': { says: 'A sign-in was refused.', facts: ['way', 'reason'] },
  'second_factor.passed': { says: 'A one-time code was right.', facts: [] },
  'second_factor.failed': { says: 'A one-time code was wrong, or used before.', facts: ['reason'] },
  'consent.granted': { says: 'A consumer allowed what a client asked for.', facts: ['scopes', 'claims'] },
  'consent.refused': { says: 'A consumer did not allow it, or did not go on.', facts: ['prompt'] },
  'authorization.granted': { says: 'An authorization response left.', facts: ['response_type', 'scope'] },
  'token.issued': { says: 'The token endpoint issued tokens.', facts: ['grant_type', 'scope'] },
  'token.refreshed': { says: 'A refresh token was used for new tokens.', facts: ['scope'] },
  'token.refused': { says: 'The token endpoint refused.', facts: ['grant_type', 'error', 'reason'] },
  'token.revoked': { says: 'A client revoked a token.', facts: ['kind'] },
  'client.refused': { says: 'A client could not prove itself.', facts: ['endpoint', 'reason'] },
  'replay.refused': {
    says: 'A one-time value came a second time; what it gave is revoked.',
    facts: ['kind'],
  },
  'grant.revoked': { says: 'A grant ended with everything it gave.', facts: [] },
  'session.ended': { says: 'A session ended with everything it gave.', facts: [] },
  'account.ended': {
    says: 'The brand, or an operator, ended a consumer everywhere.',
    facts: ['by', 'kind', 'sessions'],
  },
  'limit.reached': {
    says: 'A limit of attempts was reached: further ones wait.',
    facts: ['limit', 'attempts', 'wait'],
  },
  'limit.released': { says: 'An operator released a limit.', facts: ['limit', 'entry'] },
  'spraying.detected': { says: 'One address failed at many accounts.', facts: ['accounts'] },
  'key.loaded': { says: 'A signing key is in use by this process.', facts: ['kid', 'alg'] },
  'key.created': { says: 'A key was made.', facts: ['kid', 'alg', 'use'] },
  'key.published': { says: 'A key stands in the JWKS and does not sign yet.', facts: ['kid', 'alg'] },
  'key.activated': { says: 'A key signs from now on.', facts: ['kid', 'alg'] },
  'key.retired': { says: 'A key signs no more and still verifies.', facts: ['kid', 'alg'] },
  'key.removed': { says: 'A key left the JWKS.', facts: ['kid', 'alg', 'reason'] },
  'key.failed': { says: 'A key could not be used.', facts: ['kid', 'alg', 'reason'] },
  'config.loaded': { says: 'A process serves these brands.', facts: ['brands'] },
  'config.changed': {
    says: 'The configuration was read again.',
    facts: ['reason', 'added', 'changed', 'removed'],
  },
  'config.refused': { says: 'A changed configuration cannot be used: the former stays.', facts: ['reason'] },
  'logging.changed': { says: 'An operator changed what is logged.', facts: ['level', 'share'] },
  'command.run': { says: 'An operator ran a command that changes or reveals something.', facts: ['command'] },
  'admin.called': { says: 'The admin interface was called.', facts: ['operation', 'by', 'outcome'] },
  'audit.opened': { says: 'A process began to write here.', facts: [] },
  'audit.reopened': { says: 'The file was opened again.', facts: [] },
  'audit.closed': { says: 'A process ended in order.', facts: [] },
} as const satisfies Record<string, { says: string; facts: readonly string[] }>;

export type AuditEvent = keyof typeof auditEvents;

/** What the line of an event may carry beside the facts that all have in common. */
export type OwnFacts<Event extends AuditEvent> = {
  [Name in (typeof auditEvents)[Event]['facts'][number]]?: AuditValue | undefined;
};

export type AuditValue = string | number | boolean | readonly string[];
