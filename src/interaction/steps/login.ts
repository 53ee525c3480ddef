import { ParleyError } from '../../errors.ts';
import { authenticationContext } from '../authentication-context.ts';
import type { Step } from '../dispatch.ts';
import { firstFactorLifetime } from '../second-factor.ts';
import { offerWays } from '../ways.ts';

/** The password page, checked by the brand's directory. */
export async function showLogin(
  step: Step,
  again: { login?: string; error?: string } = {},
): Promise<undefined> {
  const { ctx, interaction, pages, action, base, ways, way } = step;
  const login = again.login ?? interaction.loginHint;
  pages.login(
    ctx,
    {
      clientName: interaction.clientName,
      action,
      csrf: interaction.csrf,
      cancel: { action: `${base}/cancel` },
      others: offerWays(ways, base, way),
      ...(login && { login }),
      ...(again.error && { error: again.error }),
    },
    interaction.redirectUri,
  );
}

/** @returns where to go on, or undefined when the page is shown again */
export async function submitLogin(step: Step): Promise<string | undefined> {
  const { ctx, directory, attempts } = step;
  const login = textOf(step.form['login']);
  const password = textOf(step.form['password']);
  try {
    await attempts.check(login, ctx.ip);
    const accountId = await checkPassword(step, { login, password });
    if (accountId === undefined) {
      await attempts.failed(login, ctx.ip);
      throw new ParleyError('account_refused');
    }
    await attempts.succeeded(login, ctx.ip);
    return await goOn(step, accountId, await directory.findTotpSecret?.(accountId));
  } catch (error) {
    if (!(error instanceof ParleyError) || !shownAgain.has(error.code)) throw error;
    ctx.status = error.status;
    if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter));
    return showLogin(step, { login, error: error.sentence });
  }
}

/** An attempt that nobody could check is not counted. */
async function checkPassword(
  { ctx, directory, attempts, log }: Step,
  attempt: { login: string; password: string },
): Promise<string | undefined> {
  try {
    const outcome = await directory.checkPassword?.(attempt);
    return outcome?.kind === 'signed-in' ? outcome.account.accountId : undefined;
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'directory_unavailable') {
      // The page says no more than "try again": an account that stands in the database twice shows nowhere else.
      log.error(
        { supportId: ctx.state['requestId'], detail: error.message },
        'a password could not be checked',
      );
      await attempts.undecided(attempt.login, ctx.ip);
    }
    throw error;
  }
}

async function goOn(step: Step, accountId: string, totpSecret: string | undefined): Promise<string> {
  const { ctx, gateway, way, action } = step;
  if (totpSecret) {
    await gateway.remember(ctx, 'first-factor', { accountId }, firstFactorLifetime);
    return action;
  }
  if (way?.kind === 'password' && way.secondFactorRequired) throw new ParleyError('second_factor_missing');
  return gateway.finishLogin(ctx, { accountId, amr: ['pwd'], acr: authenticationContext.password });
}

const shownAgain: ReadonlySet<string> = new Set([
  'account_refused',
  'too_many_attempts',
  'directory_unavailable',
  'second_factor_missing',
]);

function textOf(field: unknown): string {
  return typeof field === 'string' ? field : '';
}
