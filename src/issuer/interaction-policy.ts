import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { isOver } from './session-age.ts';

const { Check, base } = interactionPolicy;

export interface PolicyOptions {
  /** Seconds after sign-in at which a session ends, however busy it was. */
  absoluteLifetime: number;
  /** Seconds since the epoch. */
  now(): number;
  isFirstParty(clientId: string): boolean;
  /** A demo's app may be on loopback; anywhere else another program of the machine could be listening there. */
  trustLoopback: boolean;
  /** Whether the answer is for an assertion that its client has pushed. */
  isPushedSignIn(ctx: KoaContextWithOIDC): boolean;
  /** Whether a page expects another consumer than the session's. */
  expectsOther(ctx: KoaContextWithOIDC): Promise<boolean>;
}

/** When a consumer is asked to sign in or to consent: the library's policy with rules of ours. */
export function createInteractionPolicy({
  absoluteLifetime,
  now,
  isFirstParty,
  trustLoopback,
  isPushedSignIn,
  expectsOther,
}: PolicyOptions) {
  const policy = base();
  const loginPrompt = policy.get('login');
  const consentPrompt = policy.get('consent');
  if (!loginPrompt || !consentPrompt) throw new Error('oidc-provider has no login or consent prompt');

  // A session whose account is gone would otherwise fail with 500 in the consent prompt.
  loginPrompt.checks.add(
    new Check('account_unavailable', 'the account is not available', 'login_required', (ctx) => {
      return Boolean(ctx.oidc.session?.accountId && !ctx.oidc.account);
    }),
  );
  loginPrompt.checks.add(
    new Check('session_too_old', 'the session has reached its end', 'login_required', (ctx) => {
      return isOver(ctx.oidc.session, absoluteLifetime, now());
    }),
  );
  loginPrompt.checks.add(
    new Check('other_consumer', 'another consumer is signed in', 'login_required', (ctx) => {
      return expectsOther(ctx);
    }),
  );
  // The library asks native clients each time, because another app may claim a custom scheme (RFC 8252 8.6).
  // A brand's own client on a claimed https redirect URI is not open to that, and a consumer who has
  // just signed in for this very request need not press a button as well; nor need one for whom the brand's server
  // has pushed the request: another app has no such address to open.
  consentPrompt.checks.remove('native_client_prompt');
  consentPrompt.checks.add(
    new Check(
      'native_client_prompt',
      'native clients require End-User interaction',
      'interaction_required',
      (ctx) => {
        const { consent, login } = ctx.oidc.result ?? {};
        const isAsked = !consent && !login && !isPushedSignIn(ctx);
        return isAsked && isImpersonable(ctx, { isFirstParty, trustLoopback });
      },
    ),
  );
  return policy;
}

function isImpersonable(
  ctx: KoaContextWithOIDC,
  { isFirstParty, trustLoopback }: Pick<PolicyOptions, 'isFirstParty' | 'trustLoopback'>,
): boolean {
  const { client, params } = ctx.oidc;
  if (client?.applicationType !== 'native' || params?.['response_type'] === 'none') return false;
  const uri = String(params?.['redirect_uri']);
  const isLoopback = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(uri);
  const claimed = uri.startsWith('https:') || (trustLoopback && isLoopback);
  return !(claimed && isFirstParty(client.clientId));
}
