import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { recordCommand } from '../operations/command-audit.ts';
import { exportStore, importStore } from '../operations/move-store.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface StoreOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

/** `parley store export | import`: carries everything from one kind of store to another, or into a backup. */
export function registerStore(program: Command, options: StoreOptions): void {
  const group = program
    .command('store')
    .description('carry state from one store to another; stop Parley first');
  group
    .command('export')
    .description(
      'write everything in the store to a file; it holds sessions and tokens, so keep it as a secret',
    )
    .argument('<file>', 'a file that is not there yet, or - for standard output')
    .option(...jsonOption)
    .addHelpText('after', exampleOf('store export backup.jsonl'))
    .action((file: string, choice: JsonChoice) => runExport(file, choice, options));
  group
    .command('import')
    .description('read such a file into the store, with the lifetimes that are left')
    .argument('<file>', 'a file that `parley store export` wrote, or - for standard input')
    .option('--into-full', 'write over what the store holds')
    .option(...jsonOption)
    .addHelpText('after', exampleOf('store import backup.jsonl --into-full'))
    .action((file: string, choice: ImportChoice) => runImport(file, choice, options));
}

type ImportChoice = JsonChoice & { intoFull?: boolean };

async function runExport(file: string, choice: JsonChoice, options: StoreOptions): Promise<void> {
  const config = await loadConfig({ env: options.io.env, cwd: options.io.cwd, checks: options.checks });
  const output =
    file === '-' ? undefined : createWriteStream(resolve(options.io.cwd, file), { flags: 'wx', mode: 0o600 });
  if (output) await opened(output);
  await recordCommand(config, { command: 'store export' });
  const count = await exportStore(config, async (line) => {
    if (output && !output.write(`${line}\n`)) await once(output, 'drain');
    if (!output) options.io.stdout.write(`${line}\n`);
  });
  if (!output) return;
  output.end();
  await once(output, 'finish');
  answer(options.io, choice, {
    value: { file, items: count },
    lines: [`${count} items are in ${file}. It holds sessions and tokens: keep it as a secret.`],
  });
}

const sentences: Readonly<Record<string, string>> = {
  EEXIST: 'The file is there already; name another.',
  ENOENT: 'There is no such file or folder.',
  EACCES: 'This user may not open the file.',
};

/** @throws CliError in one sentence, before the store is touched */
async function opened(file: Readable | Writable): Promise<void> {
  await once(file, 'open').catch((error: unknown) => {
    const code = String(Object(error).code);
    throw new CliError(sentences[code] ?? `The file cannot be opened (${code}).`);
  });
}

async function runImport(
  file: string,
  { intoFull = false, ...choice }: ImportChoice,
  { io, checks }: StoreOptions,
): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const input = file === '-' ? undefined : createReadStream(resolve(io.cwd, file));
  if (input) await opened(input);
  await recordCommand(config, { command: 'store import' });
  const count = await importStore(config, { lines: input ?? process.stdin, intoFull });
  answer(io, choice, { value: { items: count }, lines: [`${count} items were imported.`] });
}
