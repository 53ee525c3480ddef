import type { AuditLog } from '../audit/audit-log.ts';
import { openAuditLog } from '../brand/open-audit-log.ts';
import type { Config } from '../config/contract.ts';
import { loadCookieKeys } from '../keys/cookie-keys.ts';
import { createLog } from '../log.ts';

/**
 * The audit log for a command beside the running server: the same file, or its lines on standard error where the
 * server's are on its standard output.
 */
export async function withCommandAudit<T>(
  { server, production }: Config,
  stderr: { write(line: string): unknown },
  work: (audit: AuditLog) => Promise<T>,
): Promise<T> {
  const cookieKeys =
    server.cookie_keys.length > 0
      ? server.cookie_keys
      : await loadCookieKeys({ folder: server.keys, create: !production });
  const log = createLog({
    level: 'error',
    destination: { write: (line: string) => void stderr.write(line) },
  });
  const audit = openAuditLog({ server, cookieKeys, log, now: Date.now });
  try {
    return await work(audit);
  } finally {
    audit.close();
  }
}
