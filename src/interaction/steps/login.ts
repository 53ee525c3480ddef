import { ParleyError } from '../../errors.ts';
import { authenticationContext } from '../authentication-context.ts';
import { loginEntry } from '../../limits/entries.ts';
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
  const { ctx, directory, audit, facts } = step;
  const login = textOf(step.form['login']);
  const password = textOf(step.form['password']);
  try {
    const accountId = await checkPassword(step, { login, password });
    if (accountId === undefined) throw new ParleyError('account_refused');
    return await goOn(step, { accountId, login }, await directory.findTotpSecret?.(accountId));
  } catch (error) {
    if (!(error instanceof ParleyError) || !shownAgain.has(error.code)) throw error;
    audit.record('sign_in.failed', {
      ...facts,
      login: loginEntry(login),
      way: 'password',
      reason: error.code,
    });
    ctx.status = error.status;
    if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter));
    return showLogin(step, { login, error: error.sentence });
  }
}

/** An attempt that nobody could check is not counted. @returns the account that it belongs to */
async function checkPassword(
  { ctx, directory, attempts, knownBrowsers, log, facts }: Step,
  guess: { login: string; password: string },
): Promise<string | undefined> {
  const knownBrowser = await knownBrowsers.find(ctx, loginEntry(guess.login));
  const attempt = await attempts.begin({ login: guess.login, address: ctx.ip, knownBrowser, facts });
  try {
    const outcome = await directory.checkPassword?.(guess);
    if (outcome?.kind !== 'signed-in') return undefined;
    await attempt.succeeded();
    return outcome.account.accountId;
  } catch (error) {
    if (error instanceof ParleyError && error.code === 'directory_unavailable') {
      // The page says no more than "try again": an account that stands in the database twice shows nowhere else.
      log.error({ supportId: facts.supportId, detail: error.message }, 'a password could not be checked');
      await attempt.undecided();
    }
    throw error;
  }
}

async function goOn(
  step: Step,
  { accountId, login }: { accountId: string; login: string },
  totpSecret: string | undefined,
): Promise<string> {
  const { ctx, gateway, way, action, knownBrowsers, audit, facts } = step;
  if (totpSecret) {
    const memory = { accountId, login: loginEntry(login) };
    await gateway.remember(ctx, 'first-factor', memory, firstFactorLifetime);
    return action;
  }
  if (way?.kind === 'password' && way.secondFactorRequired) throw new ParleyError('second_factor_missing');
  await knownBrowsers.remember(ctx, loginEntry(login));
  const signedIn = { amr: ['pwd'], acr: authenticationContext.password };
  const next = await gateway.finishLogin(ctx, { accountId, ...signedIn });
  audit.record('sign_in.succeeded', { ...facts, accountId, way: 'password', ...signedIn });
  return next;
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
