import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { createCommands } from '../../src/cli/commands.ts';
import { run } from '../../src/cli/run.ts';
import { root } from './documentation.ts';

/** One command that does something, as commander has it. */
export interface LeafCommand {
  /** `sessions show` */
  name: string;
  /** Long names, such as `--json`. */
  options: string[];
}

function io(written: string[]) {
  return {
    stdout: { write: (text: string) => written.push(text) },
    stderr: { write: (text: string) => written.push(text) },
    stdin: process.stdin,
    env: {},
    cwd: root,
    randomBytes,
  };
}

export function listCommands(): LeafCommand[] {
  const program = new Command('parley');
  for (const register of createCommands(io([]))) register(program);
  return leaves(program, []);
}

function leaves(command: Command, path: readonly string[]): LeafCommand[] {
  // What help shows, without help itself.
  const inner = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
  if (inner.length > 0) return inner.flatMap((one) => leaves(one, [...path, one.name()]));
  return [{ name: path.join(' '), options: command.options.map(({ long }) => long ?? '') }];
}

/** The calls in a command's help, without `parley`. */
export async function readExamples(name: string): Promise<string[]> {
  const written: string[] = [];
  const its = io(written);
  await run([...name.split(' '), '--help'], its, createCommands(its));
  const [, examples = ''] = written.join('').split(/^Examples?:\n/m);
  return [...examples.matchAll(/^ {2}parley (.+)$/gm)].map(([, call = '']) => call);
}
