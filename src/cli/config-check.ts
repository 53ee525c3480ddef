import type { Command } from 'commander';
import { formatProblem } from '../config/config-error.ts';
import type { BrandCheck, Config } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import type { CliIo } from './io.ts';

export interface ConfigCheckOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

/** `parley config check`: every problem and warning of the configuration, or one line that says it is right. */
export function registerConfigCheck(program: Command, { io, checks }: ConfigCheckOptions): void {
  const group = program.command('config').description('the configuration');
  group
    .command('check')
    .description('check server.yaml, all brands and the environment, as a start would')
    .action(async () => {
      const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
      for (const warning of config.warnings) io.stdout.write(`${formatProblem(warning)}\n`);
      io.stdout.write(`${summary(config)}\n`);
    });
}

function summary({ brands, skipped, warnings }: Config): string {
  const clients = brands.reduce((sum, brand) => sum + brand.clients.length, 0);
  const parts = [count(brands.length, 'brand'), count(clients, 'client')];
  if (warnings.length > 0) parts.push(count(warnings.length, 'warning'));
  const note = skipped.length > 0 ? ` (demo brands are skipped in production: ${skipped.join(', ')})` : '';
  return `ok: ${parts.join(', ')}${note}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
