import { randomBytes } from 'node:crypto';
import { createCommands } from '../../src/cli/commands.ts';
import { run } from '../../src/cli/run.ts';
import { root } from './documentation.ts';

interface Help {
  commands: string[];
  options: string[];
  /** Those without which a call is refused. */
  required: string[];
}

const answers = new Map<string, Promise<Help>>();

/** What is wrong with a call of `parley`, by its own help; undefined when nothing is. */
export async function findFaultOfCall(call: string): Promise<string | undefined> {
  const words = call.split(/\s+/).filter(Boolean);
  const path: string[] = [];
  let help = await askForHelp(path);
  while (help.commands.length > 0) {
    const [next] = words;
    if (next === undefined) return path.length === 0 ? undefined : `parley ${path.join(' ')} is not complete`;
    if (!help.commands.includes(next)) return `parley ${path.join(' ')} has no command ${next}`;
    path.push(next);
    words.shift();
    help = await askForHelp(path);
  }
  const unknown = words.find((word) => word.startsWith('--') && !help.options.includes(word));
  if (unknown) return `parley ${path.join(' ')} has no option ${unknown}`;
  // Without any option it is a command's name and no call.
  const isCall = words.some((word) => word.startsWith('--'));
  const missing = isCall && help.required.find((option) => !words.includes(option));
  return missing ? `parley ${path.join(' ')} needs ${missing}` : undefined;
}

function askForHelp(path: readonly string[]): Promise<Help> {
  const key = path.join(' ');
  const answer = answers.get(key) ?? runHelp(path);
  answers.set(key, answer);
  return answer;
}

async function runHelp(path: readonly string[]): Promise<Help> {
  const written: string[] = [];
  const io = {
    stdout: { write: (text: string) => written.push(text) },
    stderr: { write: (text: string) => written.push(text) },
    stdin: process.stdin,
    env: {},
    cwd: root,
    randomBytes,
  };
  await run([...path, '--help'], io, createCommands(io));
  const stdout = written.join('');
  const [options = '', commands = ''] = stdout.split(/^Commands:$/m);
  return {
    commands: [...commands.matchAll(/^ {2}([a-z]+(?:-[a-z]+)*)/gm)]
      .map(([, name = '']) => name)
      .filter(isNotHelp),
    options: [...options.matchAll(/--[a-z-]+/g)].map(([option]) => option),
    required: options
      .split(/^(?= {2}-)/m)
      .filter((entry) => /\(required\)\s*$/.test(entry))
      .map((entry) => /--[a-z-]+/.exec(entry)?.[0] ?? ''),
  };
}

const isNotHelp = (name: string): boolean => name !== 'help';
