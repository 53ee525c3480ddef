import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { describeConfig, type ShownConfig } from '../operations/describe-config.ts';
import { type ConfigChange, diffConfig } from '../operations/diff-config.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface ConfigShowOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

/** `parley config show | diff`: the configuration without its secrets, and what another one would change. */
export function registerConfigShow(group: Command, options: ConfigShowOptions): void {
  group
    .command('show')
    .description('print the configuration as it is understood, as JSON, with defaults and without secrets')
    .addHelpText('after', exampleOf('config show > deployed.json'))
    .action(() => show(options));
  group
    .command('diff')
    .description('say what would change: what the server reads again, and what needs a restart')
    .argument(
      '<before>',
      'another configuration folder, or what `config show` or the admin interface printed',
    )
    .option(...jsonOption)
    .addHelpText('after', exampleOf('config diff deployed.json'))
    .action((before: string, choice: JsonChoice) => diff(before, choice, options));
}

async function show({ io, checks }: ConfigShowOptions): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  io.stdout.write(`${JSON.stringify(describeConfig(config), undefined, 2)}\n`);
}

async function diff(before: string, choice: JsonChoice, { io, checks }: ConfigShowOptions): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const changes = diffConfig(await readBefore(before, { io, checks }), describeConfig(config));
  answer(io, choice, {
    value: { changes },
    lines: changes.length > 0 ? changes.map(describe) : ['nothing would change'],
  });
}

async function readBefore(name: string, { io, checks }: ConfigShowOptions): Promise<ShownConfig> {
  const path = resolve(io.cwd, name);
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new CliError(`there is no ${name}`);
  if (found.isDirectory()) {
    return describeConfig(await loadConfig({ env: { ...io.env, PARLEY_CONFIG: path }, cwd: io.cwd, checks }));
  }
  const parsed = shownSchema.safeParse(parseJson(await readFile(path, 'utf8')));
  if (!parsed.success)
    throw new CliError(`${name} is neither a folder nor what \`parley config show\` printed`);
  return parsed.data;
}

const shownSchema = z.strictObject({
  server: z.record(z.string(), z.unknown()),
  brands: z.record(z.string(), z.unknown()),
});

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe({ path, before, after, needs }: ConfigChange): string {
  const note = needs === 'restart' ? '   (needs a restart)' : '';
  if (before === undefined) return `+ ${path}: ${toText(after)}${note}`;
  if (after === undefined) return `- ${path}: ${toText(before)}${note}`;
  return `~ ${path}: ${toText(before)} → ${toText(after)}${note}`;
}

/** A whole brand that comes or goes is told by its name; --json has all of it. */
function toText(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 97)}…` : text;
}
