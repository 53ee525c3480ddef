import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CliError } from './cli-error.ts';
import type { CliIo } from './io.ts';

/** What a password is read from: a terminal, or a pipe. */
export type PasswordSource = NodeJS.ReadableStream & { isTTY?: boolean };

/** Longer input is no password; the directory refuses more than 1024 bytes. */
const longestPassword = 1024;

/**
 * A password from standard input: asked for and not shown on a terminal, the first line of a pipe otherwise. Never
 * an argument: those stand in the shell's history and in the list of processes.
 *
 * @param twice a new password is typed a second time
 */
export async function readPassword(
  io: Pick<CliIo, 'stderr'>,
  source: PasswordSource,
  { twice }: { twice: boolean },
): Promise<string> {
  const terminal = source.isTTY === true;
  const lines = createInterface({ input: source, output: nowhere(), terminal });
  // readline holds the terminal: Ctrl-C must still end the command.
  lines.once('SIGINT', () => lines.close());
  try {
    const next = lineReader(lines);
    const password = await (terminal ? ask(next, io, twice) : next());
    if (password === '') throw new CliError('no password was given on standard input');
    if (Buffer.byteLength(password) > longestPassword) {
      throw new CliError(`the password is longer than ${longestPassword} bytes`);
    }
    return password;
  } finally {
    lines.close();
  }
}

type NextLine = () => Promise<string>;

/** One line after the other; lines that were typed ahead wait. Empty after the last. */
function lineReader(lines: ReturnType<typeof createInterface>): NextLine {
  const iterator = lines[Symbol.asyncIterator]();
  return async () => {
    const { done, value } = await iterator.next();
    return done === true ? '' : value;
  };
}

async function ask(next: NextLine, { stderr }: Pick<CliIo, 'stderr'>, twice: boolean): Promise<string> {
  stderr.write('Password: ');
  const password = await next();
  stderr.write('\n');
  if (password === '' || !twice) return password;
  stderr.write('Once more: ');
  const again = await next();
  stderr.write('\n');
  if (again !== password) throw new CliError('the two passwords differ');
  return password;
}

/** readline echoes what is typed into its output. */
function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
