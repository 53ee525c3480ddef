import type { ConfigPath, Problem } from './contract.ts';

/** The two ways to make a Problem. Neither text may quote a value: it could be a secret. */
export function error(path: ConfigPath, message: string, fix: string): Problem {
  return { path, message, fix, severity: 'error' };
}

export function warning(path: ConfigPath, message: string, fix: string): Problem {
  return { path, message, fix, severity: 'warning' };
}
