import { type AuditLog, createAuditLog } from '../audit/audit-log.ts';
import { createChain, deriveChainKey } from '../audit/chain.ts';
import { createFileSink } from '../audit/file-sink.ts';
import { createLogSink } from '../audit/log-sink.ts';
import { createPseudonyms } from '../audit/pseudonyms.ts';
import type { ServerConfig } from '../config/server-schema.ts';
import type { Log } from '../log.ts';

export interface OpenAuditOptions {
  server: Pick<ServerConfig, 'audit'>;
  /** For pseudonyms and chains where `audit.keys` names none of their own; newest first. */
  cookieKeys: readonly string[];
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The audit log that server.yaml describes. Throws when its file cannot be opened. */
export function openAuditLog({ server, cookieKeys, log, now }: OpenAuditOptions): AuditLog {
  const { to, address, chain } = server.audit;
  const key = auditKeys(server, cookieKeys)[0] ?? '';
  const sink =
    to === 'stdout'
      ? createLogSink(log)
      : createFileSink({
          file: to,
          chain: chain ? createChain(deriveChainKey(key)) : undefined,
          onError: (error) => log.error({ detail: String(error) }, 'the audit log cannot be written'),
          now,
        });
  return createAuditLog({ sink, pseudonyms: createPseudonyms(key), address, now });
}

/** Newest first: the first writes, the others find what was written before. */
export function auditKeys(
  { audit }: Pick<ServerConfig, 'audit'>,
  cookieKeys: readonly string[],
): readonly string[] {
  return audit.keys.length > 0 ? audit.keys : cookieKeys;
}
