import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ConfigPath, LocatedProblem, Problem } from './contract.ts';
import { errorCode } from './error-code.ts';
import type { ValueSources } from './interpolate.ts';
import { error } from './problem.ts';
import { readYamlSource, type YamlSource } from './yaml-source.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the configuration is read from. Every relative path, wherever it is written, starts at `cwd`. */
export interface Surroundings {
  env: Environment;
  cwd: string;
  /** Told of each file that a value is read from, before it is read; also of one that does not exist. */
  onSecretFile?: ((path: string) => void) | undefined;
}

export function configFolder({ env, cwd }: Surroundings): string {
  return resolve(cwd, env.PARLEY_CONFIG || 'config');
}

/** One file of the configuration folder, with its problems already placed. */
export interface ConfigFile {
  /** As shown: relative to the configuration folder. */
  file: string;
  value: unknown;
  problems: LocatedProblem[];
  fromOutside: readonly ConfigPath[];
  /** Paths whose value could not be had. */
  broken: ConfigPath[];
  place: (problem: Problem) => LocatedProblem;
}

/** undefined when there is no such file; a file that cannot be read is a problem in the answer. */
export function findConfigFile(file: string, surroundings: Surroundings): ConfigFile | undefined {
  const path = join(configFolder(surroundings), file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    return unreadable(file);
  }
  return fromSource(file, readYamlSource(text, valueSources(surroundings)));
}

function fromSource(file: string, source: YamlSource): ConfigFile {
  return {
    file,
    value: source.value,
    problems: source.faults.map((fault) => ({ ...fault, file, severity: 'error' })),
    fromOutside: source.fromOutside,
    broken: source.faults.map((fault) => fault.path).filter((path) => path.length > 0),
    place: (problem) => ({ ...problem, file, ...source.locate(problem.path) }),
  };
}

function unreadable(file: string): ConfigFile {
  const place = (problem: Problem): LocatedProblem => placeless(file, problem);
  const problem = error([], 'cannot be read', 'let this process read it');
  return { file, value: undefined, problems: [place(problem)], fromOutside: [], broken: [], place };
}

/** A problem of something that has no lines: a folder, the environment. */
export function placeless(file: string, problem: Problem): LocatedProblem {
  return { ...problem, file, line: 0, column: 0 };
}

function valueSources({ env, cwd, onSecretFile }: Surroundings): ValueSources {
  return {
    env,
    readSecretFile(path) {
      onSecretFile?.(path);
      return readFileSync(resolve(cwd, path), 'utf8');
    },
  };
}

/** What cannot be looked at is none: no right to, too long a name, a name that no file can have. */
export function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}
