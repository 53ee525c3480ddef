import type { AuditLog } from '../audit/audit-log.ts';
import { openAuditLog } from '../brand/open-audit-log.ts';
import type { Config } from '../config/contract.ts';
import { loadCookieKeys } from '../keys/cookie-keys.ts';
import { createLog } from '../log.ts';

/** What `command.run` says of a command that has no event of its own. */
export interface CommandRun {
  command: string;
  brand?: string;
  clientId?: string;
  accountId?: string | undefined;
}

/** To be called before the work begins: what is cut short has shown or changed something all the same. */
export async function recordCommand(config: Config, run: CommandRun): Promise<void> {
  if (config.server.audit.to === 'stdout') return;
  await withCommandAudit(config, async (audit) => audit.record('command.run', run));
}

/**
 * The audit log for a command beside the running server. Among a command's output nobody would look for a log: only an
 * audit log in a file gets its lines.
 */
export async function withCommandAudit<T>(
  { server, production }: Config,
  work: (audit: AuditLog) => Promise<T>,
): Promise<T> {
  const log = createLog({ level: 'silent', destination: { write() {} } });
  const cookieKeys =
    server.cookie_keys.length > 0
      ? server.cookie_keys
      : await loadCookieKeys({ folder: server.keys, create: !production });
  const audit = openAuditLog({ server, cookieKeys, log, now: Date.now });
  try {
    return await work(audit);
  } finally {
    audit.close();
  }
}
