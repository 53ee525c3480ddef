import { z } from 'zod';
import { adminSchema } from './schema/admin-schema.ts';
import { configVersion } from './schema/config-version.ts';

/** The shape of `server.yaml`: what belongs to the process, not to a brand. */

const keyList = z.array(z.string().min(32, 'use 32 characters or more: `npx parley keys cookie` makes one'));

const audit = z.strictObject({
  to: z
    .string()
    .min(1)
    .default('stdout')
    .describe('`stdout`: among the log, with `stream: audit`; or a file, opened again on SIGHUP.'),
  address: z
    .enum(['full', 'network', 'none'])
    .default('full')
    .describe('How much of an address is written; `network`: /24 of IPv4, /48 of IPv6.'),
  chain: z
    .boolean()
    .default(false)
    .describe('Chain the lines of the file, so that `parley audit verify` sees what was changed.'),
  keys: keyList
    .default([])
    .describe('For pseudonyms and chains, newest first; default: made from the cookie keys.'),
});

export const serverSchema = z.strictObject({
  version: configVersion,
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, 'use a host name or an address, without scheme and port')
    .default('localhost')
    .describe('Where to listen; `localhost` means both loopback addresses, IPv4 and IPv6.'),
  port: z.int().min(0).max(65535).default(3000).describe('Where to listen; 0 takes any free port.'),
  tls: z
    .strictObject({
      cert: z.string().min(1).describe('PEM file of the certificate chain.'),
      key: z.string().min(1).describe('PEM file of the private key.'),
    })
    .optional()
    .describe('Serve https without a proxy in front.'),
  trusted_proxies: z
    .array(z.string())
    .default([])
    .describe('Addresses or CIDR ranges whose X-Forwarded-* headers are believed.'),
  store: z
    .string()
    .regex(/^(?:embedded:.|rediss?(?:-sentinel|-cluster)?:\/\/)/, {
      message:
        'use embedded:<folder>, redis://…, redis-sentinel://… or redis-cluster://…; with TLS rediss://…, rediss-sentinel://… or rediss-cluster://…',
    })
    .default('embedded:./data')
    .describe('Where state rests.'),
  store_prefix: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'use a-z, 0-9 and -')
    .default('parley')
    .describe('First part of every key in Redis; tells the deployments that share one apart.'),
  store_layout: z
    .union([z.literal(1), z.literal(2)], 'use 1 or 2')
    .default(2)
    .describe(
      'How keys and records are spelled on Redis: 2, or 1 while a release runs beside this one that knows no other.',
    ),
  store_wait: z
    .union(
      [
        z.enum(['auto', 'off']),
        z.strictObject({
          replicas: z.int().min(1).default(1).describe('How many replicas must confirm.'),
          timeout: z.int().positive().default(500).describe('Milliseconds until the answer is 503.'),
        }),
      ],
      'use auto, off, or a mapping of replicas and timeout',
    )
    .default('auto')
    .describe(
      'Whether what must not be lost waits for a replica: `auto` for one on Sentinel and Cluster, `off`, or a mapping.',
    ),
  workers: z
    .union([z.literal('auto'), z.int().min(1).max(256)], 'use auto, or a number from 1 to 256')
    .default(1)
    .describe('How many processes serve: a number, or `auto` for one on each core.'),
  keys: z.string().min(1).default('keys').describe('Folder of the private key sets.'),
  cookie_keys: keyList.default([]).describe('Sign cookies; newest first. Compulsory in production.'),
  encryption_keys: keyList.default([]).describe('Encrypt secrets in the store; newest first.'),
  metrics: z
    .string()
    .regex(/^(?:\[[\da-f:]+\]|[\w.-]+):\d{1,5}$/i, 'use an address and a port: 127.0.0.1:9464')
    .optional()
    .describe('Where Prometheus reads metrics, such as `127.0.0.1:9464`; absent: nothing is measured.'),
  log_level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('What is logged.'),
  log_success_share: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the request lines without an error that are written, 0 to 1; errors always are.'),
  anonymous_limit: z
    .int()
    .positive()
    .default(3000)
    .describe(
      'Authorization requests without a session, and empty sessions, that one address may begin in ten minutes.',
    ),
  audit: audit.prefault({}).describe('Where security events are written (docs/audit-log.md).'),
  admin: adminSchema
    .optional()
    .describe("An interface for the operator's own programs, on a listener of its own; off by default."),
  store_timeout: z
    .int()
    .positive()
    .default(1000)
    .describe('Milliseconds for which the store may give no answer.'),
});

export type ServerConfig = z.output<typeof serverSchema>;

/** What a running process takes over at once. */
export type LogSettings = Pick<ServerConfig, 'log_level' | 'log_success_share'>;
