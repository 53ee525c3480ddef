import type { Command } from 'commander';
import { hashClientSecret } from '../keys/client-secret-hash.ts';
import { createRandomSecret } from '../keys/random-secret.ts';
import { answer, type JsonChoice, jsonOption } from './answer.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';

/** `parley client secret`: a new secret for a client, and the hash that the brand file keeps of it. Writes nothing. */
export function registerClientSecret(group: Command, io: CliIo): void {
  group
    .command('secret')
    .description('make a client secret, and print the hash that the brand file keeps instead of it')
    .option(...jsonOption)
    .addHelpText('after', exampleOf('client secret'))
    .action((choice: JsonChoice) => {
      const secret = createRandomSecret((size) => io.randomBytes(size));
      const hash = hashClientSecret(secret);
      answer(io, choice, {
        value: { secret, hash },
        lines: [
          `For the platform, shown this once:   ${secret}`,
          `For the client in the brand file:`,
          `    secrets:`,
          `      - hash: ${hash}`,
          `List it first, and give the one that it follows an end: expires: 2027-01-31`,
        ],
      });
    });
}
