import type { Command } from 'commander';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

/** `parley start`: the server, as `npm start` runs it. */
export function registerStart(program: Command, { env, cwd }: CliIo): void {
  program
    .command('start')
    .description('run the server')
    .addHelpText('after', exampleOf('start'))
    .action(async () => {
      // Loaded on demand: no other command needs the whole server.
      const { start } = await import('../process/start.ts');
      await start({ env, cwd });
    });
}
