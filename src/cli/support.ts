import type { Command } from 'commander';
import { loadServer } from '../config/load-server.ts';
import { findSupportLines, type LogLine, type SupportFindings } from '../operations/find-support-lines.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';
import { openLogs } from './log-files.ts';

type SupportIo = CliIo & { stdin: NodeJS.ReadableStream & { isTTY?: boolean } };
type Choice = JsonChoice & { log: string[]; audit?: string };

/** `parley support <id>`: from the reference on a consumer's page to what happened. */
export function registerSupport(program: Command, io: SupportIo): void {
  program
    .command('support')
    .description('show what became of a request, by the reference that the consumer reads off the page')
    .argument('<id>', 'ten letters and digits; blanks, dashes and small letters are no matter')
    .option('--log <file...>', "the server's log, also packed (.gz); default: standard input", [])
    .option('--audit <file>', 'the audit log; default: the file that server.yaml names, if it names one')
    .option(...jsonOption)
    .addHelpText(
      'after',
      exampleOf('support K7M2PX9QRT --log parley.log') +
        '\nThe log may be piped in as it comes from a collector:\n  journalctl -u parley -o cat | parley support K7M2PX9QRT\n',
    )
    .action((id: string, choice: Choice) => show(id, choice, io));
}

async function show(spoken: string, choice: Choice, io: SupportIo): Promise<void> {
  const id = spoken.replaceAll(/[\s-]/g, '').toUpperCase();
  const audit = choice.audit ?? auditFile(io);
  const logs = await openLogs(choice.log, io);
  const audits = audit === undefined ? [] : await openLogs([audit], io);
  const found = await findSupportLines([...logs, ...audits], id);
  if (found.lines.length === 0) {
    throw new CliError(
      `no line has the reference ${id}: is it the log of that day and of every process, and is log_level info?`,
    );
  }
  answer(io, choice, {
    value: {
      support_id: id,
      trace_ids: found.traceIds,
      lines: found.lines.map(toJson),
      related: found.related.map(toJson),
    },
    lines: describe(id, found),
  });
}

/** Where the running server writes it; a configuration that cannot be read is no reason to show nothing. */
function auditFile({ env, cwd }: CliIo): string | undefined {
  const to = loadServer({ env, cwd }).server?.audit.to;
  return to === 'stdout' ? undefined : to;
}

function toJson({ time, source, supportId, fields }: LogLine) {
  return { time, source, support_id: supportId, fields };
}

function describe(id: string, { lines, traceIds, related }: SupportFindings): string[] {
  const [first] = lines;
  const brand = lines.map(({ fields }) => fields['brand']).find((name) => typeof name === 'string');
  const codes = new Set(lines.flatMap(({ fields }) => [fields['error'], fields['reason']]));
  const hints = Object.entries(runbooks).flatMap(([code, hint]) => (codes.has(code) ? [hint] : []));
  return [
    `${id}  ${first?.time.slice(0, 10)}${brand === undefined ? '' : `  ${brand}`}`,
    ...lines.map(describeLine),
    ...traceIds.map((trace) => `Trace ${trace}`),
    ...related.map((line) => `${describeLine(line)}  (${line.supportId})`),
    ...hints.map((hint) => `What to do: ${hint}`),
  ];
}

function describeLine({ time, source, fields }: LogLine): string {
  return `  ${time.slice(11, 23)}  ${source.padEnd(5)}  ${source === 'audit' ? auditText(fields) : logText(fields)}`;
}

/** The line's own words, then what it adds. */
function logText(fields: LogLine['fields']): string {
  const { msg, method, path, status, milliseconds } = fields;
  if (msg === 'request') {
    return [method, path, 'was answered', status, 'after', milliseconds, 'ms'].join(' ');
  }
  return [
    String(msg),
    ...facts(fields, ['error', 'detail', 'description', 'reason', 'way', 'clientId']),
  ].join('  ');
}

function auditText(fields: LogLine['fields']): string {
  const known = [
    'event',
    'time',
    'level',
    'msg',
    'stream',
    'brand',
    'supportId',
    'traceId',
    'chain',
    'seq',
    'mac',
  ];
  const own = Object.keys(fields).filter((name) => !known.includes(name));
  return [String(fields['event']), ...facts(fields, own)].join('  ');
}

function facts(fields: LogLine['fields'], names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const value = fields[name];
    if (value === undefined) return [];
    return [`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
}

const operations = 'docs/operations.md';

const runbooks: Readonly<Record<string, string>> = {
  directory_unavailable: `${operations}, "The directory is gone"`,
  store_unavailable: `${operations}, "Redis is gone"`,
  store_unconfirmed: `${operations}, "Redis is gone"`,
  too_many_attempts: `${operations}, "A consumer cannot sign in"`,
  wrong_credentials: `${operations}, "A consumer cannot sign in"`,
  account_refused: `${operations}, "A consumer cannot sign in"`,
};
