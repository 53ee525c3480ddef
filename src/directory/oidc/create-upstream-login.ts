import * as client from 'openid-client';
import { ParleyError } from '../../errors.ts';
import type { AwayOutcome } from '../away-outcome.ts';
import { OutboundError } from '../../outbound/outbound-error.ts';
import type { SignInRecords, UpstreamRequest, UpstreamSettings } from './contract.ts';
import { findUpstreamAccount, toRecord } from './upstream-account.ts';
import { reasonOf } from './upstream-client.ts';

export interface UpstreamLoginOptions {
  settings: UpstreamSettings;
  /** Where the upstream sends the browser back to. */
  redirectUri: string;
  load(): Promise<client.Configuration>;
  /** Present where the sign-ins themselves are the accounts. */
  records: SignInRecords | undefined;
  /** Seconds after the sign-in at which its session ends. */
  sessionLifetime: number;
  /** Seconds since the epoch. */
  now(): number;
}

/** Code flow with PKCE, nonce and state (OpenID Connect Core 3.1, RFC 7636), each for one interaction. */
export function createUpstreamLogin(options: UpstreamLoginOptions) {
  const { settings, redirectUri, load } = options;
  return {
    async begin(request: UpstreamRequest): Promise<{ url: string; memory: Record<string, string> }> {
      const configuration = await load();
      const verifier = client.randomPKCECodeVerifier();
      const nonce = client.randomNonce();
      // Its first part says whose interaction it is where no cookie does.
      const state = `${request.uid}.${client.randomState()}`;
      const wishes = {
        prompt: request.mustSignInAnew ? 'login' : undefined,
        max_age: request.maxAge?.toString(),
        login_hint: request.loginHint,
        ui_locales: request.uiLocales,
        acr_values: request.acrValues,
      };
      const url = client.buildAuthorizationUrl(configuration, {
        ...Object.fromEntries(
          Object.entries(wishes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
        ),
        redirect_uri: redirectUri,
        scope: settings.scopes.join(' '),
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      });
      return { url: url.href, memory: { state, nonce, verifier } };
    },

    async receive(parameters: Readonly<Record<string, unknown>>) {
      const { state } = parameters;
      if (typeof state !== 'string')
        return { kind: 'refused' as const, sentence: 'state: it is missing', detail: 'no state' };
      const answer = new URLSearchParams();
      for (const name of answerParameters) {
        const value = parameters[name];
        if (typeof value === 'string') answer.set(name, value);
      }
      return { kind: 'received' as const, interactionUid: state.split('.')[0] ?? '', answer };
    },

    async finish(answer: URLSearchParams, memory: Record<string, unknown>): Promise<AwayOutcome> {
      const configuration = await load();
      const address = new URL(redirectUri);
      address.search = answer.toString();
      try {
        const tokens = await client.authorizationCodeGrant(configuration, address, {
          pkceCodeVerifier: String(memory['verifier']),
          expectedState: String(memory['state']),
          expectedNonce: String(memory['nonce']),
        });
        return await toOutcome(options, configuration, tokens);
      } catch (error) {
        return describeFailure(error);
      }
    },
  };
}

const answerParameters = ['code', 'state', 'iss', 'error', 'error_description'];

async function toOutcome(
  { settings, records, sessionLifetime, now }: UpstreamLoginOptions,
  configuration: client.Configuration,
  tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers,
): Promise<AwayOutcome> {
  const idToken = tokens.claims();
  if (!idToken) return failed('there is no ID token');
  const hasUserinfo = configuration.serverMetadata().userinfo_endpoint !== undefined;
  const userinfo = hasUserinfo
    ? await client.fetchUserInfo(configuration, tokens.access_token, idToken.sub)
    : {};
  const record = toRecord(idToken, userinfo);
  const found = findUpstreamAccount([userinfo, idToken], settings.account);
  if ('reason' in found) return failed(found.reason);
  const { accountId } = found;
  await records?.save(accountId, record);
  const { acr, amr, auth_time: authTime, iat } = idToken;
  return {
    kind: 'signed-in',
    accountId,
    acr: typeof acr === 'string' ? acr : undefined,
    amr: isTextList(amr) ? amr : undefined,
    issuedAt: Math.min(iat, now()),
    authTime,
    endsAt: now() + sessionLifetime,
  };
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** @throws ParleyError('login_unavailable') where another try may help */
function describeFailure(error: unknown): AwayOutcome {
  if (error instanceof ParleyError) throw error;
  if (error instanceof client.AuthorizationResponseError && error.error === 'access_denied')
    return { kind: 'cancelled' };
  const isOutage =
    [error, (error as { cause?: unknown }).cause].some((fault) => fault instanceof OutboundError) ||
    (error instanceof client.ResponseBodyError && error.status >= 500);
  if (isOutage) throw new ParleyError('login_unavailable', `upstream: ${reasonOf(error)}`, { cause: error });
  return failed(`upstream: ${reasonOf(error)}`);
}

function failed(reason: string): AwayOutcome {
  return { kind: 'failed', reason };
}
