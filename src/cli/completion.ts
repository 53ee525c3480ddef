import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { exampleOf } from './example.ts';

/** `parley completion <shell>`: a script for the shell, which asks the commands themselves what fits. Registered last. */
export function registerCompletion(program: Command): void {
  tab(program, { completionCommandName: 'completion' });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('print the script with which a shell completes commands and options of parley')
    .addHelpText('after', exampleOf('completion bash > parley.bash'));
}
