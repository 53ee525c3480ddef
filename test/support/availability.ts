import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from '@jest/globals';

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

/**
 * A suite that needs a real program. Where the program is missing the suite says so in one line and is skipped;
 * with CI=true it fails, so that a pipeline cannot lose a suite unnoticed.
 */
export function describeWith(program: string, suite: (path: string) => void): void {
  const path = findProgram(program);
  if (path) {
    describe(`with ${program}`, () => suite(path));
    return;
  }
  if (process.env['CI'] === 'true') {
    test(`${program} is installed`, () => {
      throw new Error(`${program} is missing: with CI=true every suite must run`);
    });
    return;
  }
  // Jest gathers console output into blocks with a stack; this must stay one line.
  process.stderr.write(`skipped: ${program} is not installed, so its suites do not run\n`);
  test.skip(`needs ${program}`, () => {});
}
