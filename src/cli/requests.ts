import type { Command } from 'commander';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { type LoggedRequest, readRequests } from '../operations/read-requests.ts';
import { answer, jsonOption, type JsonChoice } from './answer.ts';
import { chooseClient } from './choose-client.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

export interface RequestsOptions {
  io: CliIo;
  checks: readonly BrandCheck[];
}

type Choice = JsonChoice & { brand?: string };

/** `parley requests <client>`: what became of the client's last requests, for whoever connects it. */
export function registerRequests(program: Command, options: RequestsOptions): void {
  program
    .command('requests')
    .description("show a client's last requests, with the reason of each refusal")
    .argument('<client>', "the client's id")
    .option('--brand <brand>', 'the brand, where several have a client of this id')
    .option(...jsonOption)
    .addHelpText('after', exampleOf('requests liveperson'))
    .action((id: string, choice: Choice) => show(id, choice, options));
}

async function show(id: string, choice: Choice, { io, checks }: RequestsOptions): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const { brand } = chooseClient(config.brands, id, choice);
  if (!brand.request_log)
    throw new CliError(`the brand ${brand.brand} keeps no requests (request_log: false)`);
  const requests = await readRequests(config, { brand: brand.brand, clientId: id });
  const lines =
    requests.length > 0
      ? requests.map(describe)
      : [`No request of ${id} in the last 24 hours. The server writes to the store that this command read?`];
  answer(io, choice, { value: { brand: brand.brand, client: id, requests: requests.map(toJson) }, lines });
}

function toJson({ at, supportId, ...request }: LoggedRequest) {
  return { at: new Date(at).toISOString(), ...request, support_id: supportId };
}

function describe({ at, endpoint, outcome, supportId, ...fault }: LoggedRequest): string {
  const time = new Date(at).toISOString().replace('T', ' ').slice(0, 19);
  const { error, parameter, description } = fault;
  const reason = [error, parameter && `(${parameter})`, description].filter(Boolean).join(' ');
  return `${time}  ${endpoint.padEnd(20)} ${outcome.padEnd(9)} ${supportId}  ${reason}`.trimEnd();
}
