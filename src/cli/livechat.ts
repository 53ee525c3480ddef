import type { Command } from 'commander';
import type { BrandCheck } from '../config/contract.ts';
import { loadConfig } from '../config/load-config.ts';
import { withCommandAudit } from '../operations/command-audit.ts';
import { connectLiveChat } from '../operations/livechat-connect.ts';
import { chooseClient } from './choose-client.ts';
import { CliError } from './cli-error.ts';
import { exampleOf } from './example.ts';
import type { CliIo } from './io.ts';
import { receiveAnswer } from './receive-answer.ts';

export interface LiveChatOptions {
  io: CliIo & { stdin: NodeJS.ReadableStream };
  checks: readonly BrandCheck[];
}

/** `parley livechat connect <client>`: an administrator of LiveChat lets Parley speak for the license's customers. */
export function registerLiveChat(program: Command, options: LiveChatOptions): void {
  const group = program
    .command('livechat')
    .description("what a LiveChat client needs of LiveChat's administrator");
  group
    .command('connect')
    .description(
      'print the address at which an administrator of LiveChat consents, and keep what LiveChat gives for it; again after a refusal',
    )
    .argument('<client>', "the client's id in the brand file")
    .option('--brand <brand>', 'the brand, where several have a client of this id')
    .addHelpText('after', exampleOf('livechat connect livechat --brand acme'))
    .action((id: string, choice: { brand?: string }) => connect(id, choice, options));
}

async function connect(
  id: string,
  choice: { brand?: string },
  { io, checks }: LiveChatOptions,
): Promise<void> {
  const config = await loadConfig({ env: io.env, cwd: io.cwd, checks });
  const { brand, client } = chooseClient(config.brands, id, choice);
  const settings = client.livechat;
  if (!settings) throw new CliError(`the client ${id} has no livechat settings in its brand file`);
  if (settings.grant === 'cookie')
    throw new CliError(`the client ${id} uses grant: cookie, which needs no administrator`);
  if (settings.agent_token !== undefined)
    throw new CliError(
      `the client ${id} has a fixed agent_token: remove it first, for it is what the server uses`,
    );
  await withCommandAudit(config, async (audit) => {
    await connectLiveChat(
      config,
      { brand, settings },
      {
        randomBytes: io.randomBytes,
        consent(url) {
          io.stdout.write(
            `Open this address as an administrator of LiveChat, and allow the app:\n\n  ${url}\n\n`,
          );
          return receiveAnswer(settings.redirect_uri, io);
        },
      },
    );
    audit.record('command.run', { brand: brand.brand, clientId: id, command: 'livechat connect' });
  });
  io.stdout.write(
    'Connected. The running server uses it with the next token; nothing has to be restarted.\n',
  );
}
