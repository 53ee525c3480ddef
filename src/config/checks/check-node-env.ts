import type { Environment } from '../config-folder.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

const known = new Set(['production', 'development', 'test']);

/** `prod` or `Production` would silently leave the rules of production off: demo brands would be served. */
export function checkNodeEnv({ NODE_ENV: text = '' }: Environment): Problem[] {
  if (text === '' || known.has(text)) return [];
  const fix =
    'write production where real consumers are served, also while it is tried out; else leave it out';
  return [error(['NODE_ENV'], 'must be production, development or test', fix)];
}
