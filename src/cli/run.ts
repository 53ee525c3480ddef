import { Command, CommanderError, Help, type Option } from 'commander';
import { CliError } from './cli-error.ts';
import type { CliIo } from './io.ts';
import { readVersion } from './version.ts';

/** Adds one command, or a group of them, to the program. */
export type Register = (program: Command) => void;

/**
 * Runs the command line.
 * @returns the exit code: 0, 1 for a problem, 2 for a wrong call
 */
export async function run(
  args: readonly string[],
  io: CliIo,
  commands: readonly Register[],
): Promise<number> {
  try {
    await createProgram(io, commands).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (cause) {
    // commander has printed its own sentence already; help and version end with code 0.
    if (cause instanceof CommanderError) return cause.exitCode === 0 ? 0 : 2;
    const message = cause instanceof Error ? cause.message : String(cause);
    io.stderr.write(`${message}\n`);
    if (io.env.LOG_LEVEL === 'debug' && cause instanceof Error) io.stderr.write(`${cause.stack}\n`);
    return cause instanceof CliError ? cause.exitCode : 1;
  }
}

function createProgram(io: CliIo, commands: readonly Register[]): Command {
  const program = new Command('parley')
    .description(
      "OpenID Connect authorization server between a brand's login and its customer-chat platforms",
    )
    .version(readVersion(), '-V, --version', 'print the version of Parley')
    .showHelpAfterError('(parley --help lists the commands)')
    .configureHelp({ optionDescription: describeOption })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    });
  // A subcommand copies these settings when it is made, so they come first.
  for (const register of commands) register(program);
  return program;
}

/** Usage says [options] where some have to be given, too. */
function describeOption(option: Option): string {
  const description = new Help().optionDescription(option);
  return option.mandatory ? `${description} (required)` : description;
}
