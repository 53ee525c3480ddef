import { isLoopbackHost } from '../../config/web-address.ts';
import { CliError } from '../cli-error.ts';
import type { CheckCall } from './check-target.ts';
import { runLiveChatCheck } from './run-livechat-check.ts';

/** With a client of LiveChat. It says first what that costs at the real LiveChat, and waits for a yes. */
export async function checkLiveChat(call: CheckCall): Promise<void> {
  const { io, choice, brand, issuer, client } = call;
  const { livechat: settings } = client;
  if (!settings) throw new CliError(`${client.id} has no livechat settings: add livechat: { client_id: … }`);
  const isReal = !isLoopbackHost(new URL(settings.accounts_url).hostname);
  if (isReal) {
    const cost = `at ${settings.accounts_url} this creates a customer for the consumer who has none, and makes calls that LiveChat charges for`;
    if (!choice.yes) throw new CliError(`${cost}: add --yes to go on`, 2);
    io.stdout.write(`Note: ${cost}.\n\n`);
  }
  const consumer = await call.chooseConsumer();
  io.stdout.write(`${client.id} of ${brand}: LiveChat's widget against ${issuer}\n`);
  await runLiveChatCheck({ ...call, consumer, settings });
}
