import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerClaims } from '../../src/cli/claims.ts';
import { registerClientShow } from '../../src/cli/client-show.ts';
import { registerLimits } from '../../src/cli/limits.ts';
import { registerSessions } from '../../src/cli/sessions.ts';
import { registerStore } from '../../src/cli/store.ts';
import { findPreset } from '../../src/platform/presets.ts';
import { resolveClient } from '../../src/platform/resolve-client.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { callCli } from './cli-call.ts';

/** A command that shows a consumer's data or a secret, or changes something, leaves a line that says so. */
let parley: RunningParley;
beforeAll(async () => {
  parley = await startParley({ serverYaml: { audit: { to: 'audit.log' } } });
});
afterAll(() => parley.stop());

const run = (...args: string[]) =>
  callCli(
    (program, io) => {
      const options = { io, checks: brandChecks };
      registerClaims(program, options);
      registerClientShow(program, { ...options, resolveClient, findPreset });
      registerLimits(program, options);
      registerSessions(program, options);
      registerStore(program, options);
    },
    { args, cwd: parley.folder, env: { PORT: String(parley.port) } },
  );

async function commandsRun(): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(join(parley.folder, 'audit.log'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'command.run');
}

const subject = expect.stringMatching(/^[\w-]{20,}$/);
const commands: [string[], Record<string, unknown>][] = [
  [['claims', dana.sub, '--client', 'web'], { command: 'claims', brand: 'acme', clientId: 'web', subject }],
  [['claims', 'nobody', '--client', 'web'], { command: 'claims', brand: 'acme', clientId: 'web', subject }],
  [
    ['client', 'show', 'web', '--reveal'],
    { command: 'client show --reveal', brand: 'acme', clientId: 'web' },
  ],
  [['sessions', 'show', dana.sub], { command: 'sessions show', brand: 'acme', subject }],
  [
    ['limits', 'forget-browsers', '--login', dana.login],
    { command: 'limits forget-browsers', brand: 'acme' },
  ],
  [['store', 'export', 'backup.jsonl'], { command: 'store export' }],
  [['store', 'import', 'backup.jsonl'], { command: 'store import' }],
];
test.each(commands)('parley %j', async (args, line) => {
  const before = await commandsRun();
  await run(...args);
  const [added, ...more] = (await commandsRun()).slice(before.length);
  expect(more).toEqual([]);
  expect(added).toEqual({ time: expect.any(String), event: 'command.run', ...line });
  expect(JSON.stringify(added)).not.toContain(dana.sub);
});

test.each([[['client', 'show', 'web']], [['limits', 'list']]])('parley %j leaves none', async (args) => {
  const before = await commandsRun();
  expect((await run(...args)).code).toBe(0);
  expect(await commandsRun()).toEqual(before);
});
