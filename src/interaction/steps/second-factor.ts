import { authenticationContext } from '../authentication-context.ts';
import { ParleyError } from '../../errors.ts';
import type { Step } from '../dispatch.ts';

/** The code page, after the right password. */
export async function showSecondFactor(step: Step, error?: string): Promise<undefined> {
  const { ctx, interaction, pages, action, base } = step;
  pages.secondFactor(
    ctx,
    {
      clientName: interaction.clientName,
      action,
      csrf: interaction.csrf,
      cancel: { action: `${base}/cancel` },
      ...(error && { error }),
    },
    interaction.redirectUri,
  );
}

/** @returns where to go on, or undefined when the page is shown again */
export async function submitSecondFactor(step: Step): Promise<string | undefined> {
  const { ctx, gateway, directory, secondFactor, knownBrowsers, form, audit } = step;
  const passed = await gateway.recall(ctx, 'first-factor');
  const accountId = String(passed?.['accountId']);
  const login = String(passed?.['login']);
  const facts = { ...step.facts, accountId };
  const code = typeof form['code'] === 'string' ? form['code'] : '';
  try {
    const secret = await directory.findTotpSecret?.(accountId);
    if (!secret) throw new ParleyError('second_factor_missing', 'the secret went while the code was typed');
    const knownBrowser = await knownBrowsers.find(ctx, login);
    if (!(await secondFactor.check({ accountId, secret, code, knownBrowser, facts })))
      throw new ParleyError('code_refused');
  } catch (error) {
    if (!(error instanceof ParleyError) || !shownAgain.has(error.code)) throw error;
    audit.record('second_factor.failed', { ...facts, reason: error.code });
    ctx.status = error.status;
    if (error.retryAfter) ctx.set('Retry-After', String(error.retryAfter));
    return showSecondFactor(step, error.sentence);
  }
  if (!(await gateway.take(ctx, 'first-factor')))
    throw new ParleyError('interaction_lost', 'signed in already');
  await knownBrowsers.remember(ctx, login);
  const signedIn = { amr: ['pwd', 'otp', 'mfa'], acr: authenticationContext.multiFactor };
  const provedAt = Number(passed?.['rememberedAt']);
  const next = await gateway.finishLogin(ctx, { accountId, provedAt, ...signedIn });
  audit.record('second_factor.passed', facts);
  audit.record('sign_in.succeeded', { ...facts, way: 'password', ...signedIn });
  return next;
}

const shownAgain: ReadonlySet<string> = new Set([
  'code_refused',
  'too_many_attempts',
  'directory_unavailable',
]);
