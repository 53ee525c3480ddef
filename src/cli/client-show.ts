import type { Command } from 'commander';
import type { BrandConfig, ClientConfig } from '../config/brand-schema.ts';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { recordCommand } from '../operations/command-audit.ts';
import { secretField } from '../platform/client-secret.ts';
import type { ConsoleValue, PlatformPreset, ResolvedClient } from '../platform/preset-contract.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { registerClientSecret } from './client-secret.ts';
import { chooseClient } from './choose-client.ts';
import { exampleOf } from './example.ts';
import { findNextPastedKey, findPastedKey, type NextPastedKey } from './find-pasted-key.ts';
import type { CliIo } from './io.ts';

export interface ClientShowOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
  resolveClient(client: ClientConfig): ResolvedClient;
  findPreset(client: ClientConfig): PlatformPreset | undefined;
}

interface Choice extends JsonChoice {
  brand?: string;
  reveal: boolean;
}

/** `parley client show <client>`: what to type into the platform's console, and what the client may use; `client secret`. */
export function registerClientShow(program: Command, options: ClientShowOptions): void {
  const group = program.command('client').description('the clients of a brand');
  group
    .command('show')
    .description("print the values for the platform's own console")
    .argument('<client>', "the client's id")
    .option('--brand <brand>', 'the brand, where several have a client of this id')
    .option('--reveal', 'print the client secret too', false)
    .option(...jsonOption)
    .addHelpText('after', exampleOf('client show liveperson'))
    .action((id: string, choice: Choice) => show(id, choice, options));
  registerClientSecret(group, options.io);
}

async function show(id: string, choice: Choice, options: ClientShowOptions): Promise<void> {
  const { io, checks } = options;
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const { brand, client } = chooseClient(config.brands, id, choice);
  if (choice.reveal) {
    await recordCommand(config, { command: 'client show --reveal', brand: brand.brand, clientId: id });
  }
  const resolved = options.resolveClient(client);
  const preset = options.findPreset(client);
  const displayName = brand.display_name ?? brand.brand;
  const key =
    (await findPastedKey(config, brand, client)) ?? `(none yet: npx parley keys create ${brand.brand})`;
  const values =
    preset?.consoleValues({ issuer: brand.issuer, displayName, client: resolved, pastedKey: key }) ??
    relyingPartyValues(brand, resolved);
  const lines = [
    `${preset?.title ?? 'Relying party'}: client ${id} of ${brand.brand}`,
    '',
    ...table(values, choice.reveal),
    ...(values.length > 0 ? [''] : []),
    ...describeNextKey(id, await findNextPastedKey(config, brand, client)),
    ...resolved.redirect_uris.map((uri) => `Answers are sent to   ${uri}`),
    ...resolved.pages.map((page) => `Embedded by           ${page}`),
    ...(preset?.documentation ? [`Explained in          ${preset.documentation}`] : []),
  ];
  answer(io, choice, {
    value: {
      brand: brand.brand,
      client: id,
      platform: client.platform ?? null,
      values: values.map(({ value: shown, secret, ...rest }) => ({
        ...rest,
        value: secret && !choice.reveal ? null : shown,
        secret: secret ?? false,
      })),
      redirect_uris: resolved.redirect_uris,
      pages: resolved.pages,
    },
    lines,
  });
}

function describeNextKey(id: string, next: NextPastedKey | undefined): string[] {
  if (!next) return [];
  const since = new Date(next.from).toISOString();
  return [
    `The next public key (${next.kid}), to be pasted from ${since} on:`,
    next.key,
    next.acknowledged
      ? 'It is acknowledged: it signs as soon as every other platform has it.'
      : `It signs only after: npx parley keys ack ${id}`,
    '',
  ];
}

function relyingPartyValues({ issuer }: BrandConfig, client: ResolvedClient): ConsoleValue[] {
  return [
    { field: 'Issuer', value: issuer },
    { field: 'Discovery', value: `${issuer}/.well-known/openid-configuration` },
    { field: 'Client ID', value: client.id },
    ...secretField(client),
  ];
}

/** Notes stand below their value, so that a line's end is the value's end when it is copied. */
function table(values: readonly ConsoleValue[], reveal: boolean): string[] {
  const width = Math.max(...values.map(({ field }) => field.length));
  return values.flatMap(({ field, value, note, secret }) => [
    `  ${field.padEnd(width)}   ${secret && !reveal ? '(hidden: add --reveal)' : value}`,
    ...(note === undefined ? [] : [`  ${' '.repeat(width)}     ${note}`]),
  ]);
}
