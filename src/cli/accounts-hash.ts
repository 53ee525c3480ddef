import { hash } from '@node-rs/argon2';
import type { Command } from 'commander';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';
import { type PasswordSource, readPassword } from './read-password.ts';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** `parley accounts hash`: a password's argon2id hash, for `password_hash` in an accounts file. */
export function registerAccountsHash(program: Command, io: CliIo & { stdin: PasswordSource }): void {
  const group = program.command('accounts').description('the accounts of a file directory');
  group
    .command('hash')
    .description('read a password from standard input and print its hash for `password_hash`')
    .addHelpText('after', exampleOf('accounts hash < password.txt'))
    .action(async () => {
      const password = await readPassword(io, io.stdin, { twice: true });
      io.stdout.write(`${await hash(password, cost)}\n`);
    });
}
