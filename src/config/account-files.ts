import type { BrandConfig } from './brand-schema.ts';
import type { ConfigPath, Problem } from './contract.ts';
import { isFile } from './config-folder.ts';
import { isMapping } from './is-mapping.ts';
import { error } from './problem.ts';
import { resolve } from 'node:path';

type Accounts = BrandConfig['accounts'];

/** Where a directory names a file, below its kind. */
const fileKeys: readonly (readonly string[])[] = [['file', 'path']];

/** The files that `accounts` names exist. */
export function checkAccountFiles(accounts: Accounts, cwd: string): Problem[] {
  const wrong: ConfigPath[] = [];
  mapFiles(accounts, (path, file) => {
    if (!isFile(resolve(cwd, file))) wrong.push(['accounts', ...path]);
    return file;
  });
  return wrong.map((path) =>
    error(path, 'names no file', 'write the path of a file, from the working directory'),
  );
}

/** `accounts` with absolute paths. */
export function resolveAccountFiles(accounts: Accounts, cwd: string): Accounts {
  return mapFiles(accounts, (_, file) => resolve(cwd, file));
}

type MapFile = (path: ConfigPath, file: string) => string;

function mapFiles(accounts: Accounts, map: MapFile): Accounts {
  const enrich = accounts.enrich.map((entry, index) =>
    mapDirectory(entry, (path, file) => map(['enrich', index, ...path], file)),
  );
  return { ...mapDirectory(accounts, map), enrich };
}

function mapDirectory<T extends object>(directory: T, map: MapFile): T {
  return fileKeys.reduce((changed, keys) => mapAt(changed, keys, (file) => map(keys, file)), directory);
}

function mapAt<T>(value: T, keys: readonly string[], map: (file: string) => string): T {
  const [key, ...rest] = keys;
  if (key === undefined) return (typeof value === 'string' ? map(value) : value) as T;
  if (!isMapping(value) || !Object.hasOwn(value, key)) return value;
  return { ...value, [key]: mapAt(value[key], rest, map) };
}
