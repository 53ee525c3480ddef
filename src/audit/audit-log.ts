import { applyAddressPolicy, type AddressPolicy } from './address-policy.ts';
import { type AuditEvent, auditEvents, type OwnFacts } from './events.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** What every event may say. */
export interface CommonFacts {
  supportId?: unknown;
  clientId?: string | undefined;
  /** Written as a pseudonym (`subject`), never itself. */
  accountId?: string | undefined;
  /** What was typed as the name at a sign-in; written as a pseudonym (`login`). */
  login?: string | undefined;
  /** Of the consumer or the client, as trusted proxies vouch for it; written as the policy says. */
  address?: string | undefined;
  /** For a log that is no brand's own. */
  brand?: string | undefined;
}

/** One line: the common facts, then the event's own. */
export interface AuditRecord extends Record<string, unknown> {
  /** ISO 8601, UTC. */
  time: string;
  event: AuditEvent;
}

/** Where lines go. */
export interface AuditSink {
  /** Never throws: what cannot be written is an error in the process's log. */
  write(record: AuditRecord): void;
  /** A file was moved away: the next line goes into a new one. */
  reopen(): void;
  close(): void;
}

/** Who did what when, one line each: for those who look into an incident or have to prove something. */
export interface AuditLog {
  /** Returns at once and never throws. */
  record<Event extends AuditEvent>(event: Event, facts?: CommonFacts & OwnFacts<Event>): void;
  /** The same log, with the brand in each line. */
  forBrand(brand: string): AuditLog;
  reopen(): void;
  close(): void;
}

export interface AuditLogOptions {
  sink: AuditSink;
  pseudonyms: Pseudonyms;
  address: AddressPolicy;
  /** Milliseconds since the epoch. */
  now(): number;
}

export function createAuditLog(options: AuditLogOptions): AuditLog {
  const { sink, now } = options;
  const logFor = (ownBrand: string | undefined): AuditLog => ({
    record(event, facts = {}) {
      const brand = ownBrand ?? facts.brand;
      const time = new Date(now()).toISOString();
      sink.write({ time, event, ...describe(options, { ...facts, brand }), ...pick(event, facts) });
    },
    forBrand: (brand) => logFor(brand),
    reopen: () => sink.reopen(),
    close: () => sink.close(),
  });
  return logFor(undefined);
}

function describe(
  { pseudonyms, address: policy }: AuditLogOptions,
  { brand = '', supportId, clientId, accountId, login, address }: CommonFacts,
): Record<string, unknown> {
  const shown = address === undefined ? undefined : applyAddressPolicy(policy, address);
  return {
    ...(brand && { brand }),
    ...(typeof supportId === 'string' && { supportId }),
    ...(clientId !== undefined && { clientId: printable(clientId) }),
    ...(accountId !== undefined && { subject: pseudonyms.ofAccount(brand, accountId) }),
    ...(login !== undefined && { login: pseudonyms.ofLogin(brand, login) }),
    ...(shown !== undefined && { address: shown }),
  };
}

function pick(event: AuditEvent, facts: object): Record<string, unknown> {
  const given = facts as Record<string, unknown>;
  const names: readonly string[] = auditEvents[event].facts;
  return Object.fromEntries(
    names.filter((name) => given[name] !== undefined).map((name) => [name, shorten(given[name])]),
  );
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  return Array.isArray(value) ? value.slice(0, 100).map(shorten) : value;
}

/** A stranger chose some of it: nothing that would steer a terminal, and not much of it. */
function printable(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 200);
}
