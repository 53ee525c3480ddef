import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { BrandCheck, Config } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import {
  type AuditChoice,
  type AuditLine,
  readAuditLines,
  verifyAuditFiles,
} from '../operations/read-audit.ts';
import { answer, type JsonChoice, jsonOption } from './answer.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface AuditOptions {
  io: CliIo & { stdin: NodeJS.ReadableStream };
  checks: readonly BrandCheck[];
}

/** `parley audit show | verify`: the audit log's lines of one request, consumer or client, and whether all are there. */
export function registerAudit(program: Command, options: AuditOptions): void {
  const group = program.command('audit').description('the audit log');
  reading(group.command('show'))
    .description('show security events, oldest first')
    .option('--support-id <id>', 'of the request, as the consumer read it')
    .option('--account <account>', 'the account id, as the account directory has it')
    .option('--login <login>', 'what was typed as the name')
    .option('--client <client>', "the client's id")
    .option('--event <event>', 'such as sign_in.failed')
    .option('--brand <brand>', 'the brand')
    .addHelpText('after', exampleOf('audit show --support-id K7M2PX9QRT', 'audit show --account c-dana-7Qm2'))
    .action((files: string[], choice: JsonChoice & AuditChoice) => show(files, choice, options));
  reading(group.command('verify'))
    .description('check the chains of the lines (audit.chain): was anything changed, taken out or moved?')
    .addHelpText('after', exampleOf('audit verify'))
    .action((files: string[], choice: JsonChoice) => verify(files, choice, options));
}

function reading(command: Command): Command {
  return command
    .argument('[files...]', 'oldest first, - for standard input; default: the file of audit.to')
    .option(...jsonOption);
}

async function show(
  files: string[],
  choice: JsonChoice & AuditChoice,
  { io, checks }: AuditOptions,
): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const lines = await readAuditLines(config, {
    files: chooseFiles(files, config, io),
    choice,
    stdin: io.stdin,
  });
  answer(io, choice, {
    value: { events: lines },
    lines: lines.length > 0 ? lines.map(describe) : ['no such event'],
  });
}

async function verify(files: string[], choice: JsonChoice, { io, checks }: AuditOptions): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const report = await verifyAuditFiles(config, { files: chooseFiles(files, config, io), stdin: io.stdin });
  const { lines, chains, open, faults } = report;
  answer(io, choice, {
    value: report,
    lines: [
      ...faults.map(({ line, fault }) => `line ${line}: ${sentences[fault]}`),
      `${lines} lines in ${chains} chains, ${open} of them without an end, ${faults.length} faults`,
    ],
  });
  if (faults.length > 0) throw new CliError('the audit log is not as it was written');
}

const sentences = {
  unchained: 'is no line of a chain',
  forged: 'is not as it was written',
  gap: 'does not follow the line before it: one is missing or stands elsewhere',
} as const;

/** @throws CliError */
function chooseFiles(given: readonly string[], { server }: Config, { cwd }: CliIo): string[] {
  const { to } = server.audit;
  if (given.length === 0 && to === 'stdout')
    throw new CliError('events go to standard output: name a file of the log, or - for standard input', 2);
  const files = given.length > 0 ? given.map((file) => (file === '-' ? file : resolve(cwd, file))) : [to];
  const missing = files.find((file) => file !== '-' && !existsSync(file));
  if (missing !== undefined) throw new CliError(`there is no ${missing}`);
  return files;
}

const noFacts: ReadonlySet<string> = new Set(['stream', 'level', 'msg', 'chain', 'seq', 'mac']);

function describe({ time, event, ...facts }: AuditLine): string {
  const when = time.replace('T', ' ').slice(0, 19);
  const rest = Object.entries(facts).filter(([name]) => !noFacts.has(name));
  return `${when}  ${event.padEnd(22)}  ${rest.map(([name, value]) => `${name}=${String(value)}`).join(' ')}`;
}
