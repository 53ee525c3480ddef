import { z } from 'zod';
import { readAuditTail } from '../operations/read-audit.ts';
import type { AdminOptions } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';
import { type Operation, operation } from './operation.ts';
import { supportId, time } from './words.ts';

/** Bytes of the file's end: what a process can look through beside its work in about a second. */
const mostRead = 64 * 1024 * 1024;

/** What the audit log says, where it is a file. */
export function createAuditOperations({ config }: Pick<AdminOptions, 'config'>): Operation[] {
  let isReading = false;
  return [
    operation({
      id: 'showAudit',
      method: 'get',
      path: '/audit/{support_id}',
      scope: 'admin:read',
      summary: "The audit log's events of one request, oldest first; of the present file, its last 64 MiB.",
      params: { support_id: supportId },
      answer: z
        .strictObject({
          events: z.array(z.looseObject({ time, event: z.string() })),
          complete: z.boolean().meta({ description: 'Whether the whole file was looked through.' }),
        })
        .meta({ title: 'AuditEvents' }),
      async run({ params }) {
        const { to } = config.server.audit;
        if (to === 'stdout') {
          throw new AdminRefusal(404, 'not_kept', 'events go to standard output: look where the log goes');
        }
        if (isReading) {
          throw new AdminRefusal(429, 'too_many_requests', 'this process reads it for another call', {
            'Retry-After': '1',
          });
        }
        isReading = true;
        try {
          const choice = { supportId: params.support_id };
          const { lines, complete } = await readAuditTail(config, { file: to, bytes: mostRead, choice });
          return { events: lines, complete };
        } finally {
          isReading = false;
        }
      },
    }),
  ];
}
