import type { AuditLog } from '../audit/audit-log.ts';
import type { AuditEvent } from '../audit/events.ts';
import type { Metrics } from './metrics.ts';

export interface CountOptions {
  metrics: Metrics;
  /** The clients of each brand that is or was served by this process. */
  clientsOf: ReadonlyMap<string, ReadonlySet<string>>;
}

type Facts = Readonly<Record<string, unknown>>;

/**
 * Counts the security events of brands on their way to the audit log, so that both always tell the same. What an event
 * says is free text there; here it becomes one of a few words.
 */
export function countEvents(audit: AuditLog, options: CountOptions, ownBrand?: string): AuditLog {
  return {
    ...audit,
    record(event, facts) {
      audit.record(event, facts);
      const brand = ownBrand ?? facts?.brand;
      if (brand !== undefined && options.clientsOf.has(brand)) count(options, brand, event, facts ?? {});
    },
    forBrand: (brand) => countEvents(audit.forBrand(brand), options, brand),
  };
}

/** Alerts ask whether these grew: a series that begins with its first event would not show it. */
const alarming: readonly AuditEvent[] = [
  'spraying.detected',
  'replay.refused',
  'key.failed',
  'limit.reached',
];

export function beginAtZero({ securityEvents }: Metrics, brand: string): void {
  for (const event of alarming) securityEvents.inc({ brand, event }, 0);
}

function count({ metrics, clientsOf }: CountOptions, brand: string, event: AuditEvent, facts: Facts): void {
  metrics.securityEvents.inc({ brand, event });
  const client = clientsOf.get(brand)?.has(String(facts['clientId'])) ? String(facts['clientId']) : 'unknown';
  const signIn = (way: unknown, outcome: string): void =>
    metrics.signIns.inc({ brand, client, way: wordOf(ways, way), outcome });
  switch (event) {
    case 'sign_in.succeeded':
      return signIn(facts['way'], 'signed_in');
    case 'sign_in.failed':
      return signIn(facts['way'], outcomeOf(facts['reason']));
    case 'second_factor.failed':
      return signIn('second_factor', outcomeOf(facts['reason']));
    case 'token.issued':
      return metrics.tokens.inc({ brand, client, grant: wordOf(grants, shortGrant(facts['grant_type'])) });
    case 'token.refreshed':
      return metrics.tokens.inc({ brand, client, grant: 'refresh_token' });
    case 'authorization.granted':
      if (/\bid_token\b/.test(String(facts['response_type'])))
        metrics.tokens.inc({ brand, client, grant: 'implicit' });
      return;
    case 'limit.reached':
      return metrics.limits.inc({ brand, limit: String(facts['limit']) });
    default:
  }
}

const ways: ReadonlySet<string> = new Set([
  'password',
  'second_factor',
  'brand',
  'upstream',
  'session',
  'assertion',
]);

const grants: ReadonlySet<string> = new Set([
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'jwt-bearer',
  'token-exchange',
]);

function wordOf(words: ReadonlySet<string>, word: unknown): string {
  return words.has(String(word)) ? String(word) : 'other';
}

/** `urn:ietf:params:oauth:grant-type:jwt-bearer` is long for a label. */
function shortGrant(grantType: unknown): string {
  return String(grantType).replace('urn:ietf:params:oauth:grant-type:', '');
}

function outcomeOf(reason: unknown): string {
  const text = String(reason);
  if (text.startsWith('too_many')) return 'limited';
  if (/unavailable|not answer|not asked/.test(text)) return 'unavailable';
  return /cancelled|access_denied/.test(text) ? 'cancelled' : 'refused';
}
