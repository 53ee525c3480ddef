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
  event: AuditEvent;
}

/** Where lines go. */
export interface AuditSink {
  /**
   * Never throws: what cannot be written is an error in the process's log. Each line begins with its time, ISO 8601, UTC.
   * @param at milliseconds since the epoch
   */
  write(record: AuditRecord, at: number): void;
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
  const { sink, pseudonyms, address: policy, now } = options;

  function addCommon(record: AuditRecord, facts: CommonFacts, brand: string): void {
    const { supportId, clientId, accountId, login, address } = facts;
    if (brand) record['brand'] = brand;
    if (typeof supportId === 'string') record['supportId'] = supportId;
    if (clientId !== undefined) record['clientId'] = printable(clientId);
    if (accountId !== undefined) record['subject'] = pseudonyms.ofAccount(brand, accountId);
    if (login !== undefined) record['login'] = pseudonyms.ofLogin(brand, login);
    const shown = address === undefined ? undefined : applyAddressPolicy(policy, address);
    if (shown !== undefined) record['address'] = shown;
  }

  const logFor = (ownBrand: string | undefined): AuditLog => ({
    record(event, facts = {}) {
      const record: AuditRecord = { event };
      addCommon(record, facts, ownBrand ?? facts.brand ?? '');
      addOwn(record, facts);
      sink.write(record, now());
    },
    forBrand: (brand) => logFor(brand),
    reopen: () => sink.reopen(),
    close: () => sink.close(),
  });
  return logFor(undefined);
}

/** What the event may say beside that. */
function addOwn(record: AuditRecord, facts: object): void {
  const given = facts as Record<string, unknown>;
  for (const name of auditEvents[record.event].facts) {
    if (given[name] !== undefined) record[name] = shorten(given[name]);
  }
}

function shorten(value: unknown): unknown {
  if (typeof value === 'string') return printable(value);
  return Array.isArray(value) ? value.slice(0, 100).map(shorten) : value;
}

const isPlain = /^[ -~]{0,200}$/;

/** A stranger chose some of it: nothing that would steer a terminal, and not much of it. */
function printable(text: string): string {
  return isPlain.test(text) ? text : text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?').slice(0, 200);
}
