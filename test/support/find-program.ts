import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Servers that a distribution keeps off an ordinary PATH. */
function systemFolders(): string[] {
  const postgres = '/usr/lib/postgresql';
  const versions = listFolder(postgres).map((version) => join(postgres, version, 'bin'));
  return ['/usr/local/sbin', '/usr/sbin', '/sbin', ...versions];
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a program is, on PATH or in the folders where distributions put servers. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter(Boolean), ...systemFolders()];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}
