import pino, { type DestinationStream, type Logger } from 'pino';
import { openLogOutput } from './log-output.ts';

/**
 * Structured log (JSON lines on standard output) with the redaction list. pino's `*.x` does not reach the
 * top level, so each name stands twice.
 */
const secretNames = [
  'password',
  'secret',
  'client_secret',
  'code',
  'code_verifier',
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'login_hint_token',
  'client_assertion',
  'assertion',
  'authorization',
  'cookie',
  'set-cookie',
  'request',
  'request_uri',
];

const censor = '[redacted]';

let lastAt = 0;
let lastTime = '';

/** As pino's isoTime, made once for all lines of a millisecond. */
function writeTime(): string {
  const now = Date.now();
  if (now !== lastAt) [lastAt, lastTime] = [now, `,"time":"${new Date(now).toISOString()}"`];
  return lastTime;
}

export type Log = Logger;

export interface LogOptions {
  /** trace, debug, info, warn, error, fatal or silent */
  level: string;
  /** Standard output when absent. */
  destination?: DestinationStream;
}

/** The log and all that were made from it, as long as somebody writes to them. */
const families = new WeakMap<Log, Set<WeakRef<Log>>>();

export function createLog({ level, destination = openLogOutput() }: LogOptions): Log {
  const options = {
    level,
    base: null,
    timestamp: writeTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: secretNames.flatMap((name) => [quote(name), `*.${name}`, `*.*.${name}`].map(fixPath)),
      censor,
    },
  };
  const family = new Set<WeakRef<Log>>();
  const log = pino({ ...options, onChild: (child) => void family.add(new WeakRef(child)) }, destination);
  families.set(log, family.add(new WeakRef(log)));
  return log;
}

/**
 * What is logged from now on, by the whole process.
 * @param log the one that `createLog` gave, or any that was made from it
 */
export function setLogLevel(log: Log, level: string): void {
  const family = findFamily(log);
  for (const member of family ?? []) {
    const living = member.deref();
    if (!living) family?.delete(member);
    else if (!steady.has(living)) living.level = level;
  }
}

const steady = new WeakSet<Log>();

/**
 * A log that is written whatever the level of the others is or becomes. For lines of a closed list of names, none of which
 * is redacted: they are not searched for others.
 */
export function createSteadyLog(log: Log, bindings: Record<string, string>): Log {
  const own = log.child(bindings, { level: 'info', redact: [] });
  steady.add(own);
  return own;
}

/** A child's prototype is its parent. */
function findFamily(log: Log): Set<WeakRef<Log>> | undefined {
  const parent: unknown = Object.getPrototypeOf(log);
  return families.get(log) ?? (parent ? findFamily(parent as Log) : undefined);
}

function quote(name: string): string {
  return name.includes('-') ? `["${name}"]` : name;
}

/** pino's path grammar wants bracket notation for names with a dash. */
function fixPath(path: string): string {
  return path.replace(/\.([a-z]+-[a-z]+)$/, '["$1"]');
}

/**
 * A log of one brand that never writes a value under one of these names, at whatever depth it stands. Nothing here
 * logs a claim on purpose; this holds for a line that somebody adds in a hurry, and for objects of libraries.
 */
export function createBrandLog(log: Log, brand: string, personal: readonly string[]): Log {
  const names = new Set(personal);
  return log.child({ brand }, { formatters: { log: (line) => withoutValues(line, names) } });
}

function withoutValues(value: object, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, names.has(name) ? censor : clean(member, names)]),
  );
}

/** Objects with a way of their own to be written, such as errors and dates, keep it. */
function clean(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((element) => clean(element, names));
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? withoutValues(value, names) : value;
}
