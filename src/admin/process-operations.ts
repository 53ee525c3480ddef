import { z } from 'zod';
import { describeConfig } from '../operations/describe-config.ts';
import type { AdminOptions, AdminSite } from './admin-options.ts';
import { type Operation, operation } from './operation.ts';
import { time } from './words.ts';

/** What one process answers for itself. */
export function createProcessOperations(options: AdminOptions): Operation[] {
  const startedAt = new Date(options.now()).toISOString();
  return [
    operation({
      id: 'getStatus',
      method: 'get',
      path: '/status',
      scope: 'admin:read',
      summary: 'How this process is: its store, its brands and their account directories.',
      params: {},
      answer: z
        .strictObject({
          started_at: time,
          pid: z.int(),
          node: z.string(),
          production: z.boolean(),
          draining: z.boolean(),
          store: state,
          brands: z.array(z.strictObject({ brand: z.string(), issuer: z.url(), directory: state })),
        })
        .meta({ title: 'Status' }),
      async run() {
        const [store, ...directories] = await Promise.all([
          stateOf(options.pingStore()),
          ...options.sites().map(describeSite),
        ]);
        return {
          started_at: startedAt,
          pid: process.pid,
          node: process.version,
          production: options.config.production,
          draining: options.isDraining(),
          store,
          brands: directories,
        };
      },
    }),
    operation({
      id: 'getConfig',
      method: 'get',
      path: '/config',
      scope: 'admin:read',
      summary: 'The configuration in force, without secrets; `parley config diff` compares with it.',
      params: {},
      answer: z
        .strictObject({
          server: z.record(z.string(), z.unknown()),
          brands: z.record(z.string(), z.unknown()),
        })
        .meta({ title: 'ShownConfig' }),
      async run() {
        const brands = options.sites().map(({ config }) => config);
        return { ...describeConfig({ server: options.config.server, brands }) };
      },
    }),
    operation({
      id: 'reload',
      method: 'post',
      path: '/reload',
      scope: 'admin:write',
      summary: 'Read the brands again, as SIGHUP does. The log says what changed, or what is wrong.',
      params: {},
      answer: z.strictObject({ brands: z.array(z.string()) }).meta({ title: 'Reloaded' }),
      async run() {
        await options.reload();
        return { brands: options.sites().map(({ brand }) => brand) };
      },
    }),
  ];
}

const state = z.enum(['ok', 'unavailable']);

async function stateOf(ping: Promise<unknown>): Promise<z.output<typeof state>> {
  return ping.then(
    () => 'ok' as const,
    () => 'unavailable' as const,
  );
}

async function describeSite({ brand, issuer, directory }: AdminSite) {
  return { brand, issuer, directory: await stateOf(directory.ping()) };
}
