import type { Step } from '../dispatch.ts';

/** One click of a consumer who is signed in already, before an app gets its answer. */
export async function showContinue(step: Step): Promise<undefined> {
  const { ctx, interaction, pages, directory, action, base, nameConsumer } = step;
  const { accountId, clientId, clientName, csrf } = interaction;
  const account = accountId === undefined ? undefined : await directory.findAccount(accountId);
  const consumerName = account && nameConsumer(account, clientId);
  pages.continue(
    ctx,
    {
      clientName,
      action,
      csrf,
      cancel: { action: `${base}/cancel` },
      ...(consumerName && { consumerName }),
    },
    interaction.redirectUri,
  );
}

/** Anything but a clear yes is a no. */
export async function submitContinue({ ctx, form, gateway }: Step): Promise<string> {
  if (form['decision'] === 'continue') return gateway.finishContinue(ctx);
  return form['decision'] === 'other' ? gateway.askForOther(ctx) : gateway.abort(ctx);
}
