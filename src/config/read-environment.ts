import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { placeless, type Surroundings } from './config-folder.ts';
import type { ConfigPath, LocatedProblem } from './contract.ts';
import { errorCode } from './error-code.ts';
import { error } from './problem.ts';

interface Variable {
  key: string;
  list?: true;
  wordOrNumber?: true;
  /** Its value is a secret: `<NAME>_FILE` may name the file that holds it, as container platforms mount them. */
  secret?: true;
}

/** Which variable stands for which key of server.yaml, and wins over it. */
const variables: Readonly<Record<string, Variable>> = {
  HOST: { key: 'host' },
  PORT: { key: 'port' },
  PARLEY_STORE: { key: 'store', secret: true },
  PARLEY_KEYS: { key: 'keys' },
  PARLEY_COOKIE_KEYS: { key: 'cookie_keys', list: true, secret: true },
  PARLEY_ENCRYPTION_KEYS: { key: 'encryption_keys', list: true, secret: true },
  PARLEY_METRICS: { key: 'metrics' },
  PARLEY_WORKERS: { key: 'workers', wordOrNumber: true },
  LOG_LEVEL: { key: 'log_level' },
};

export interface EnvironmentSettings {
  production: boolean;
  demoAllowed: boolean;
  /** Values for keys of server.yaml; an empty variable counts as not set. */
  settings: Record<string, string | number | string[]>;
  /** What is wrong with `<NAME>_FILE`. */
  problems: LocatedProblem[];
  /** The variable that a setting came from, as the path to show: `['PARLEY_COOKIE_KEYS', 1]`. */
  variablePath(path: ConfigPath): ConfigPath | undefined;
}

export function readEnvironment(surroundings: Surroundings): EnvironmentSettings {
  const { env } = surroundings;
  const settings: EnvironmentSettings['settings'] = {};
  const problems: LocatedProblem[] = [];
  const origin = new Map<string, string>();
  for (const [name, { key, list, wordOrNumber, secret }] of Object.entries(variables)) {
    const file = secret ? readNamedFile(name, surroundings) : {};
    if (file.problem) problems.push(file.problem);
    const text = file.text ?? env[name];
    if (!text) continue;
    settings[key] = list ? splitList(text) : wordOrNumber && /^\d+$/.test(text) ? Number(text) : text;
    origin.set(key, file.text === undefined ? name : `${name}_FILE`);
  }
  return {
    production: env.NODE_ENV === 'production',
    demoAllowed: env.PARLEY_DEMO === '1',
    settings,
    problems,
    variablePath([key, ...rest]) {
      const name = origin.get(String(key));
      return name === undefined ? undefined : [name, ...rest];
    },
  };
}

/** The content of the file that `<NAME>_FILE` names, without its last newline. */
function readNamedFile(
  name: string,
  { env, cwd, onSecretFile }: Surroundings,
): { text?: string; problem?: LocatedProblem } {
  const variable = `${name}_FILE`;
  const path = env[variable];
  if (!path) return {};
  const at = (message: string, fix: string) => ({
    problem: placeless('environment', error([variable], message, fix)),
  });
  if (env[name]) return at(`stands beside ${name}`, 'set one of the two');
  const file = resolve(cwd, path);
  onSecretFile?.(file);
  try {
    return { text: readFileSync(file, 'utf8').replace(/[\r\n]+$/, '') };
  } catch (cause) {
    const reason = errorCode(cause) === 'ENOENT' ? 'names no file' : 'names a file that cannot be read';
    return at(reason, 'mount the secret there, and let this process read it');
  }
}

/** In a file each may stand on a line of its own. */
function splitList(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
