import { ParleyError } from '../../errors.ts';
import type { Step } from '../dispatch.ts';

/** The password page, checked by the brand's directory. */
export async function showLogin(step: Step, again: { login?: string; error?: string } = {}): Promise<void> {
  const { ctx, interaction, pages, action } = step;
  const login = again.login ?? interaction.loginHint;
  pages.login(
    ctx,
    {
      clientName: interaction.clientName,
      action,
      csrf: interaction.csrf,
      cancel: { action: `${action}/cancel` },
      ...(login && { login }),
      ...(again.error && { error: again.error }),
    },
    interaction.redirectUri,
  );
}

/** @returns where to go on, or undefined when the page is shown again */
export async function submitLogin(step: Step): Promise<string | undefined> {
  const { ctx, directory, attempts, gateway } = step;
  const login = textOf(step.form['login']);
  const password = textOf(step.form['password']);
  try {
    await attempts.check(login, ctx.ip);
    const outcome = await directory.checkPassword?.({ login, password });
    if (outcome?.kind === 'signed-in') {
      await attempts.succeeded(login, ctx.ip);
      return await gateway.finishLogin(ctx, { accountId: outcome.account.accountId, amr: ['pwd'] });
    }
    await attempts.failed(login, ctx.ip);
    throw new ParleyError('account_refused');
  } catch (error) {
    if (!(error instanceof ParleyError) || !shownAgain.has(error.code)) throw error;
    ctx.status = error.status;
    if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter));
    await showLogin(step, { login, error: error.sentence });
    return undefined;
  }
}

const shownAgain: ReadonlySet<string> = new Set([
  'account_refused',
  'too_many_attempts',
  'directory_unavailable',
]);

function textOf(field: unknown): string {
  return typeof field === 'string' ? field : '';
}
