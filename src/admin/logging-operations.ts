import { z } from 'zod';
import type { LogSettings } from '../config/server-schema.ts';
import type { AdminOptions } from './admin-options.ts';
import { type Operation, operation } from './operation.ts';

/** What is logged, while it runs. */
export function createLoggingOperations({ readLogging, changeLogging }: AdminOptions): Operation[] {
  return [
    operation({
      id: 'getLogging',
      method: 'get',
      path: '/logging',
      scope: 'admin:read',
      summary: 'What this process logs.',
      params: {},
      answer: logging,
      run: async () => readLogging(),
    }),
    operation({
      id: 'setLogging',
      method: 'put',
      path: '/logging',
      scope: 'admin:write',
      summary: 'Log more or less from now on, until the configuration is read again.',
      params: {},
      body: z.strictObject({ log_level: level, log_success_share: share.optional() }),
      answer: logging,
      async run({ body, audit }) {
        const settings = {
          log_level: body.log_level,
          log_success_share: body.log_success_share ?? readLogging().log_success_share,
        };
        changeLogging(settings);
        audit.record('logging.changed', {
          level: settings.log_level,
          share: settings.log_success_share,
        });
        return settings;
      },
    }),
  ];
}

const level = z.enum([
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'fatal',
  'silent',
] as const satisfies LogSettings['log_level'][]);

const share = z
  .number()
  .min(0)
  .max(1)
  .meta({ description: 'Of the request lines without an error, which share is written; absent: as it is.' });

const logging = z.strictObject({ log_level: level, log_success_share: share }).meta({ title: 'Logging' });
