import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatProblem } from '../../src/config/config-error.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import type { BrandCheck, Config, LocatedProblem } from '../../src/config/contract.ts';
import { loadConfig } from '../../src/config/load-config.ts';

/** A configuration in a folder of its own; paths are relative to the working directory, as an operator has it. */
export interface TemporaryConfig {
  cwd: string;
  write(path: string, text: string): Promise<void>;
  load(env?: Record<string, string>, checks?: readonly BrandCheck[]): Promise<Config>;
  /** The problems of a configuration that must not load; warnings of one that does. */
  problems(env?: Record<string, string>, checks?: readonly BrandCheck[]): Promise<readonly LocatedProblem[]>;
  remove(): Promise<void>;
}

export async function createTemporaryConfig(files: Record<string, string> = {}): Promise<TemporaryConfig> {
  const cwd = await mkdtemp(join(tmpdir(), 'parley-config-'));
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(cwd, path)), { recursive: true });
    await writeFile(join(cwd, path), text);
  };
  const load: TemporaryConfig['load'] = (env = {}, checks = []) => loadConfig({ env, cwd, checks });
  await write('accounts.yaml', 'accounts: []\n');
  for (const [path, text] of Object.entries(files)) await write(path, text);
  return {
    cwd,
    write,
    load,
    async problems(env, checks) {
      try {
        return (await load(env, checks)).warnings;
      } catch (error) {
        if (error instanceof ConfigError) return error.problems;
        throw error;
      }
    },
    remove: () => rm(cwd, { recursive: true }),
  };
}

/** `brands/acme.yaml:14:7 clients[0].redirect_uris[1]: must be https`, without the fix. */
export function headline(problem: LocatedProblem): string {
  return formatProblem(problem).split('\n')[0]!;
}

/** A brand without a mistake and without a warning. */
export const goodBrand = `brand: acme
issuer: https://id.acme.example
accounts:
  file: { path: accounts.yaml }
claims:
  account_number: account.number
scopes:
  account: [account_number]
clients:
  - id: liveperson
    platform: liveperson
    secret: a-secret-of-good-length
    pages: [https://www.acme.example]
  - id: web
    secret: another-secret-of-good-length
    redirect_uris:
      - https://www.acme.example/callback
`;

/** The good brand with one text replaced; fails when the text is not there. */
export function brandWith(from: string, to: string): string {
  if (!goodBrand.includes(from)) throw new Error(`the good brand has no ${from}`);
  return goodBrand.replace(from, () => to);
}
