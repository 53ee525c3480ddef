import { join } from 'node:path';
import { loadKeyList } from './key-list.ts';

/**
 * The keys that sign cookies where PARLEY_COOKIE_KEYS is not set: development and one machine. Newest first.
 */
export interface CookieKeyOptions {
  /** PARLEY_KEYS */
  folder: string;
  /** Make them when there are none. */
  create: boolean;
}

/** @throws KeyError */
export function loadCookieKeys({ folder, create }: CookieKeyOptions): Promise<string[]> {
  return loadKeyList({
    file: join(folder, 'cookie-keys.json'),
    what: 'cookie keys',
    command: 'export PARLEY_COOKIE_KEYS=$(npx parley keys cookie)',
    create,
    advice: 'remove it to have new ones made',
  });
}
