import { createSteadyLog, type Log } from '../log.ts';
import type { AuditSink } from './audit-log.ts';
import { auditEvents } from './events.ts';

/** Lines among those of the process's log, told apart by `stream: audit`; written whatever the log's level is. */
export function createLogSink(log: Log): AuditSink {
  const lines = createSteadyLog(log, { stream: 'audit' });
  return {
    // The log writes the time itself.
    write: (record) => lines.info(record, auditEvents[record.event].says),
    reopen() {},
    close() {},
  };
}
