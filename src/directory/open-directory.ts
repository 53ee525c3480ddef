import type { Log } from '../log.ts';
import type { AccountDirectory } from './contract.ts';
import { createFileDirectory } from './file-directory.ts';

/** `accounts` of a brand file, as far as this folder reads it. Exactly one kind is given. */
export interface AccountsSettings {
  file: { path: string };
}

export interface OpenDirectoryOptions {
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The account directory that a brand's `accounts` describes. Rejects when it can never work as described. */
export function openDirectory(
  { file }: AccountsSettings,
  { log, now }: OpenDirectoryOptions,
): Promise<AccountDirectory> {
  return createFileDirectory({ path: file.path, log, now });
}
