import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { recordCommand } from '../operations/command-audit.ts';
import {
  type LinkRecord,
  linkRecordSchema,
  type ManagedLinks,
  withLinks,
} from '../operations/manage-links.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { chooseBrand } from './choose-brand.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface LinksOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

interface Choice extends JsonChoice {
  brand?: string;
}

/** `parley links export | import | show | unlink`: which consumer is which customer of a chat platform. */
export function registerLinks(program: Command, options: LinksOptions): void {
  const { io } = options;
  const group = program
    .command('links')
    .description('the permanent ties between consumers and the customers of a chat platform');

  named(group.command('export'))
    .description('print every link as a line of JSON, for a backup or a move to another store')
    .option(
      '--secrets',
      'with the sealed secrets of grant: cookie, which open with the same PARLEY_ENCRYPTION_KEYS only',
      false,
    )
    .addHelpText('after', exampleOf('links export --brand acme --secrets > links.jsonl'))
    .action((choice: Choice & { secrets: boolean }) =>
      work(options, { choice, command: choice.secrets ? 'export --secrets' : 'export' }, async (links) => {
        for await (const record of links.list({ withSecrets: choice.secrets }))
          io.stdout.write(`${JSON.stringify(record)}\n`);
      }),
    );

  named(group.command('import'))
    .description('write the links of an export; a consumer who has another customer keeps that one')
    .argument('<file>', 'lines of JSON, as `links export` prints them')
    .option(...jsonOption)
    .addHelpText('after', exampleOf('links import --brand acme links.jsonl'))
    .action((file: string, choice: Choice) =>
      work(options, { choice, command: 'import' }, (links, brand) =>
        importFile(links, { file, brand, io, choice }),
      ),
    );

  named(group.command('show'))
    .description("print a consumer's links")
    .argument('<account>', "the consumer's account id, as the account directory has it")
    .option(...jsonOption)
    .addHelpText('after', exampleOf('links show c-dana-7Qm2 --brand acme'))
    .action((account: string, choice: Choice) =>
      work(options, { choice, command: 'show', account }, async (links, brand) => {
        const found = await links.findAll(account);
        if (found.length === 0) throw new CliError(`the account ${account} of ${brand} has no link`);
        answer(io, choice, {
          value: { brand, account, links: found.map(toJson) },
          lines: found.map(describe),
        });
      }),
    );

  named(group.command('unlink'))
    .description(
      "revoke a consumer's tokens and remove the links, for a request of erasure; there is no way back",
    )
    .argument('<account>', "the consumer's account id, as the account directory has it")
    .option('--yes', 'really do it', false)
    .option(...jsonOption)
    .addHelpText('after', exampleOf('links unlink c-dana-7Qm2 --brand acme --yes'))
    .action((account: string, choice: Choice & { yes: boolean }) =>
      // Without --yes it shows, and changes nothing.
      work(options, { choice, command: choice.yes ? 'unlink' : 'show', account }, (links, brand) =>
        unlink(links, { account, brand, choice, io }),
      ),
    );
}

/** Every command is about one brand. */
function named(command: Command): Command {
  return command.option('--brand <brand>', 'the brand, where there are several');
}

interface Call {
  choice: Choice;
  /** As the audit log names it. */
  command: string;
  /** Whose links; absent: everybody's. */
  account?: string;
}

async function work(
  { io, checks }: LinksOptions,
  { choice, command, account }: Call,
  task: (links: ManagedLinks, brand: string) => Promise<void>,
): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const brand = chooseBrand(config.brands, choice.brand);
  await recordCommand(config, { brand: brand.brand, command: `links ${command}`, accountId: account });
  await withLinks(config, brand, (links) => task(links, brand.brand));
}

function toJson({ platform, customer_id, created_at }: LinkRecord) {
  return { platform, customer_id, created_at: new Date(created_at * 1000).toISOString() };
}

/** Without its secret: what an operator compares with LiveChat. */
function describe({ platform, customer_id, created_at, secret }: LinkRecord): string {
  const since = new Date(created_at * 1000).toISOString().slice(0, 10);
  const sealed = secret === undefined ? '' : '  with a sealed secret';
  return `${platform}  customer ${customer_id}  since ${since}${sealed}`;
}

async function importFile(
  links: ManagedLinks,
  { file, brand, io, choice }: { file: string; brand: string; io: CliIo; choice: JsonChoice },
): Promise<void> {
  const records = parseLines(await readText(resolve(io.cwd, file)), brand);
  const counts = { written: 0, present: 0, conflict: 0, locked: 0 };
  for (const [line, record] of records) {
    const outcome = await links.import(record);
    counts[outcome] += 1;
    if (outcome === 'conflict')
      io.stderr.write(`line ${line}: the consumer has another customer already; nothing was changed\n`);
    if (outcome === 'locked')
      io.stderr.write(
        `line ${line}: no key opens its secret: add the key of the export to PARLEY_ENCRYPTION_KEYS\n`,
      );
  }
  answer(io, choice, {
    value: { brand, ...counts },
    lines: [`${counts.written} links written, ${counts.present} there already`],
  });
  const refused = counts.conflict + counts.locked;
  if (refused > 0) throw new CliError(`${refused} links refused`);
}

/** All lines are read before the first link is written. */
function parseLines(text: string, brand: string): [line: number, LinkRecord][] {
  const lines = text.split('\n').map((line, index) => [index + 1, line] as const);
  return lines
    .filter(([, line]) => line.trim() !== '')
    .map(([number, line]) => {
      const parsed = linkRecordSchema.safeParse(parseJson(line));
      if (!parsed.success) throw new CliError(`line ${number} is not a link of an export`);
      if (parsed.data.brand !== brand)
        throw new CliError(`line ${number} belongs to the brand ${parsed.data.brand}, not to ${brand}`);
      return [number, parsed.data];
    });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new CliError(`${path} cannot be read`);
  }
}

type UnlinkChoice = JsonChoice & { yes: boolean };

async function unlink(
  links: ManagedLinks,
  { account, brand, choice, io }: { account: string; brand: string; choice: UnlinkChoice; io: CliIo },
): Promise<void> {
  const found = await links.findAll(account);
  if (found.length === 0) throw new CliError(`the account ${account} of ${brand} has no link`);
  if (!choice.yes) {
    if (!choice.json) for (const record of found) io.stdout.write(`would unlink: ${describe(record)}\n`);
    throw new CliError('nothing was changed: add --yes to unlink', 2);
  }
  const gone = await links.unlink(account);
  answer(io, choice, {
    value: { brand, account, unlinked: gone.map(toJson) },
    lines: [
      ...gone.map((record) => `unlinked: ${describe(record)}`),
      'The platform still has these customers with their chats: delete them there, by the customer id.',
      'Remove the account or its session first, or the next page with a chat makes a new customer.',
    ],
  });
}
