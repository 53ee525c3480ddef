import pino, { type DestinationStream, type Logger } from 'pino';

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

export type Log = Logger;

export interface LogOptions {
  /** trace, debug, info, warn, error, fatal or silent */
  level: string;
  destination?: DestinationStream;
}

export function createLog({ level, destination }: LogOptions): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: secretNames.flatMap((name) => [quote(name), `*.${name}`, `*.*.${name}`].map(fixPath)),
      censor: '[redacted]',
    },
  };
  return destination ? pino(options, destination) : pino(options);
}

function quote(name: string): string {
  return name.includes('-') ? `["${name}"]` : name;
}

/** pino's path grammar wants bracket notation for names with a dash. */
function fixPath(path: string): string {
  return path.replace(/\.([a-z]+-[a-z]+)$/, '["$1"]');
}
