import { randomBytes } from 'node:crypto';
import type { CliIo } from '../../src/cli/io.ts';
import { type Register, run } from '../../src/cli/run.ts';

/** One call of the command line, with everything it printed. */
export interface CliCall {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CliCallOptions {
  args: readonly string[];
  cwd: string;
  env?: Record<string, string>;
  randomBytes?: (size: number) => Buffer;
}

export async function callCli(
  register: (program: Parameters<Register>[0], io: CliIo) => void,
  { args, cwd, env = {}, randomBytes: random = randomBytes }: CliCallOptions,
): Promise<CliCall> {
  const printed = { stdout: '', stderr: '' };
  const io: CliIo = {
    stdout: { write: (text) => (printed.stdout += text) },
    stderr: { write: (text) => (printed.stderr += text) },
    env,
    cwd,
    randomBytes: random,
  };
  const code = await run(args, io, [(program) => register(program, io)]);
  return { code, ...printed };
}
