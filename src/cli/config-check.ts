import type { Command } from 'commander';
import { ConfigError, formatProblem } from '../config/config-error.ts';
import type { BrandCheck, Config, LocatedProblem } from '../config/contract.ts';
import { loadConfig, type LoadOptions } from '../config/load-config.ts';
import { checkKeyFiles } from '../operations/check-key-files.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { CliError } from './cli-error.ts';
import { registerConfigShow } from './config-show.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface ConfigCheckOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

/** `parley config check`: every problem and warning of the configuration, or one line that says it is right. */
export function registerConfigCheck(program: Command, options: ConfigCheckOptions): void {
  const group = program.command('config').description('the configuration');
  group
    .command('check')
    .description('check server.yaml, all brands, their keys and the environment, as a start would')
    .option(...jsonOption)
    .addHelpText('after', exampleOf('config check'))
    .action((choice: JsonChoice) => check(choice, options));
  registerConfigShow(group, options);
}

async function check(choice: JsonChoice, { io, checks }: ConfigCheckOptions): Promise<void> {
  try {
    const config = await loadWithKeys({ env: io.env, cwd: io.cwd, checks });
    answer(io, choice, {
      value: {
        ok: true,
        brands: config.brands.map(({ brand }) => brand),
        skipped: config.skipped,
        problems: config.warnings.map(toJson),
      },
      lines: [...config.warnings.map((warning) => formatProblem(warning)), summary(config)],
    });
  } catch (error) {
    if (!choice.json || !(error instanceof ConfigError)) throw error;
    answer(io, choice, {
      value: { ok: false, brands: [], skipped: [], problems: error.problems.map(toJson) },
      lines: [],
    });
    throw new CliError('the configuration cannot be used');
  }
}

/** @throws ConfigError */
async function loadWithKeys(options: LoadOptions): Promise<Config> {
  const config = await loadConfig(options);
  const warnings = [...config.warnings, ...(await checkKeyFiles(config))];
  if (warnings.some(({ severity }) => severity === 'error')) throw new ConfigError(warnings);
  return { ...config, warnings };
}

function toJson({ file, line, column, path, severity, message, fix }: LocatedProblem) {
  return { file, line, column, path: path.map(String), severity, message, fix };
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
