import { createReadStream, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { OpenLog } from '../operations/find-support-lines.ts';
import { CliError } from './cli-error.ts';
import type { CliIo } from './io.ts';

/** Logs as the operator has them: files, packed ones too, and what is piped in. */
export async function openLogs(
  files: readonly string[],
  io: Pick<CliIo, 'cwd'> & { stdin: NodeJS.ReadableStream & { isTTY?: boolean } },
): Promise<OpenLog[]> {
  const opened = files.map((file) => openFile(resolve(io.cwd, file)));
  if (files.length > 0) return opened;
  if (io.stdin.isTTY) {
    throw new CliError('say which log to look into: --log <file…>, or pipe it in', 2);
  }
  const piped: string[] = [];
  for await (const line of createInterface({ input: io.stdin })) {
    // Only lines of a request can be looked for, and only those are kept.
    if (line.includes('"supportId"')) piped.push(line);
  }
  return [() => toAsync(piped)];
}

function openFile(path: string): OpenLog {
  if (!existsSync(path)) throw new CliError(`there is no file ${path}`);
  return () => {
    const stream = createReadStream(path);
    const input = path.endsWith('.gz') ? stream.pipe(createGunzip()) : stream;
    return createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  };
}

async function* toAsync(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}
