import { checkAdminCallers } from './checks/check-admin-callers.ts';
import { checkEncryptionKeys } from './checks/check-encryption-keys.ts';
import { ConfigError } from './config-error.ts';
import type { Surroundings } from './config-folder.ts';
import type { BrandCheck, Config, LocatedProblem } from './contract.ts';
import { deepFreeze } from './deep-freeze.ts';
import { loadBrands } from './load-brands.ts';
import { loadServer } from './load-server.ts';
import { readEnvironment } from './read-environment.ts';

export interface LoadOptions extends Surroundings {
  /** Rules of other folders about one brand. */
  checks: readonly BrandCheck[];
}

/**
 * Reads server.yaml, brands/*.yaml and the environment.
 * @throws ConfigError with every problem of every file at once
 */
export async function loadConfig({ checks, ...surroundings }: LoadOptions): Promise<Config> {
  const { production, demoAllowed } = readEnvironment(surroundings);
  const { server, problems: serverProblems } = loadServer(surroundings);
  const {
    brands,
    problems: brandProblems,
    skipped,
  } = await loadBrands({ ...withUsablePort(surroundings, serverProblems), checks, production });
  const between = server
    ? [...checkEncryptionKeys(server, brands, production), ...checkAdminCallers(server, brands)]
    : [];
  const problems = distinct([...serverProblems, ...between, ...brandProblems]);
  if (!server || problems.some(({ severity }) => severity === 'error')) throw new ConfigError(problems);
  return deepFreeze({ production, demoAllowed, server, brands, warnings: problems, skipped });
}

/** A port that is none is told once, not again with each address that is made of it. */
function withUsablePort(surroundings: Surroundings, problems: readonly LocatedProblem[]): Surroundings {
  const isWrong = problems.some(({ file, path }) => file === 'environment' && path[0] === 'PORT');
  return isWrong ? { ...surroundings, env: { ...surroundings.env, PORT: '3000' } } : surroundings;
}

/** Once each, in the order in which an operator walks through a file. */
function distinct(problems: readonly LocatedProblem[]): LocatedProblem[] {
  const byText = new Map(
    problems.map((problem) => [JSON.stringify([problem.file, problem.path, problem.message]), problem]),
  );
  const fileOrder = [...new Set(problems.map(({ file }) => file))];
  return [...byText.values()].toSorted(
    (a, b) => fileOrder.indexOf(a.file) - fileOrder.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
