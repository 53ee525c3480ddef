import type { Environment } from './config-folder.ts';
import type { ConfigPath } from './contract.ts';

/** Which variable stands for which key of server.yaml, and wins over it. */
const variables: Readonly<Record<string, { key: string; list?: true; wordOrNumber?: true }>> = {
  HOST: { key: 'host' },
  PORT: { key: 'port' },
  PARLEY_STORE: { key: 'store' },
  PARLEY_KEYS: { key: 'keys' },
  PARLEY_COOKIE_KEYS: { key: 'cookie_keys', list: true },
  PARLEY_ENCRYPTION_KEYS: { key: 'encryption_keys', list: true },
  PARLEY_METRICS: { key: 'metrics' },
  PARLEY_WORKERS: { key: 'workers', wordOrNumber: true },
  LOG_LEVEL: { key: 'log_level' },
};

export interface EnvironmentSettings {
  production: boolean;
  demoAllowed: boolean;
  /** Values for keys of server.yaml; an empty variable counts as not set. */
  settings: Record<string, string | number | string[]>;
  /** The variable that a setting came from, as the path to show: `['PARLEY_COOKIE_KEYS', 1]`. */
  variablePath(path: ConfigPath): ConfigPath | undefined;
}

export function readEnvironment(env: Environment): EnvironmentSettings {
  const settings: EnvironmentSettings['settings'] = {};
  const origin = new Map<string, string>();
  for (const [name, { key, list, wordOrNumber }] of Object.entries(variables)) {
    const text = env[name];
    if (!text) continue;
    settings[key] = list ? splitList(text) : wordOrNumber && /^\d+$/.test(text) ? Number(text) : text;
    origin.set(key, name);
  }
  return {
    production: env.NODE_ENV === 'production',
    demoAllowed: env.PARLEY_DEMO === '1',
    settings,
    variablePath([key, ...rest]) {
      const name = origin.get(String(key));
      return name === undefined ? undefined : [name, ...rest];
    },
  };
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
