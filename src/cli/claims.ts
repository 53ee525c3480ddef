import type { Command } from 'commander';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { recordCommand } from '../operations/command-audit.ts';
import { redactClaims, showClaims, type ShownClaims } from '../operations/show-claims.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { chooseClient } from './choose-client.ts';
import { CliError } from './cli-error.ts';
import { idNotLogin } from './account-id.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface ClaimsOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

interface Choice extends JsonChoice {
  client: string;
  brand?: string;
  scope: string[];
  redact?: boolean;
}

/** `parley claims <account>`: what each token of a client would carry for this account, and why. */
export function registerClaims(program: Command, options: ClaimsOptions): void {
  program
    .command('claims')
    .description('show what each token of a client would say about an account, and why a claim is missing')
    .argument('<account>', "the account's id")
    .requiredOption('--client <id>', 'the client')
    .option('--brand <brand>', 'the brand, where several have a client of this id')
    .option('--scope <scope...>', 'scopes that the client asks for', ['openid'])
    .option(...jsonOption)
    .option('--redact', 'without the values of personal claims')
    .addHelpText('after', exampleOf('claims c-dana-7Qm2 --client liveperson --scope account --redact'))
    .action((account: string, choice: Choice) => show(account, choice, options));
}

async function show(accountId: string, choice: Choice, { io, checks }: ClaimsOptions): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const { brand, client } = chooseClient(config.brands, choice.client, choice);
  const scopes = [...new Set(['openid', ...choice.scope.flatMap((scope) => scope.split(/[ ,]+/))])];
  await recordCommand(config, { command: 'claims', brand: brand.brand, clientId: client.id, accountId });
  const shown = await showClaims(config, { brand, client, accountId, scopes });
  if (!shown) {
    throw new CliError(
      `the directory of ${brand.brand} has no account ${accountId}, or it is disabled ${idNotLogin}`,
    );
  }
  const told = { brand: brand.brand, client: client.id, account: accountId, scopes, ...shown };
  const printed = choice.redact ? redactClaims(told) : told;
  answer(io, choice, { value: printed, lines: describe(printed) });
}

type Answer = ShownClaims & { brand: string; client: string; account: string; scopes: readonly string[] };

function describe({ brand, client, account, scopes, subject, tokens }: Answer): string[] {
  const width = Math.max(3, ...tokens.flatMap(({ claims }) => claims.map(({ claim }) => claim.length)));
  const line = (name: string, text: string, why = '') =>
    `  ${name.padEnd(width)}  ${text}${why === '' ? '' : `   (${why})`}`;
  const sections = tokens.flatMap(({ token, claims }) => {
    const [carried, missing] = [
      claims.filter((it) => 'value' in it),
      claims.filter((it) => !('value' in it)),
    ];
    return [
      '',
      token,
      ...carried.map(({ claim, value, why }) => line(claim, JSON.stringify(value), why)),
      ...(carried.length === 0 ? ['  (no claim of the account)'] : []),
      ...(missing.length > 0 ? ['  not in it:'] : []),
      ...missing.map(({ claim, why }) => line(claim, why)),
    ];
  });
  return [
    `${brand}: client ${client}, account ${account}, scope ${scopes.join(' ')}`,
    line('sub', 'subject' in subject ? subject.subject : `none, sign-in is refused: ${subject.problem}`),
    ...sections,
    ...(tokens.length === 0
      ? ['', 'The client gets no token: it speaks no OpenID Connect with Parley.']
      : []),
  ];
}
