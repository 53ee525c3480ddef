import type { Context } from 'koa';
import { createTemplate } from '../template.ts';
import { AccountsException } from './accounts-exception.ts';
import { checkChallenge } from './check-challenge.ts';
import { optionalText, type Parameters, requireText } from './read-request.ts';
import { type TwinState, usualLifetime } from './twin-state.ts';

/** Seconds. */
const codeLifetime = 300;
const refreshLifetime = 365 * 24 * 3600;

/** What an administrator's browser brings to the consent page. */
interface ConsentRequest {
  redirectUri: string;
  state: string | undefined;
  challenge: string | undefined;
  method: string;
}

/** `GET /`: the administrator's consent page, or straight back for an app of the same license. */
export function askConsent(twin: TwinState, ctx: Context): void {
  const request = readConsentRequest(twin, ctx.query);
  if (twin.app.private) return giveCode(twin, ctx, request);
  ctx.type = 'html';
  ctx.body = renderConsent({ fields: Object.entries(ctx.query) });
}

/** `POST /consent`: the administrator pressed "Allow". */
export function giveConsent(twin: TwinState, ctx: Context, parameters: Parameters): void {
  giveCode(twin, ctx, readConsentRequest(twin, parameters));
}

function readConsentRequest({ app }: TwinState, parameters: Parameters): ConsentRequest {
  if (requireText(parameters, 'client_id') !== app.clientId)
    throw new AccountsException('unauthorized_client', 'There is no such client.');
  if (requireText(parameters, 'response_type') !== 'code')
    throw new AccountsException('invalid_request', 'The response_type must be code.');
  const redirectUri = requireText(parameters, 'redirect_uri');
  if (!app.redirectUris.includes(redirectUri))
    throw new AccountsException('invalid_request', 'The redirect_uri is not one of the app.');
  return {
    redirectUri,
    state: optionalText(parameters, 'state'),
    challenge: optionalText(parameters, 'code_challenge'),
    method: optionalText(parameters, 'code_challenge_method') ?? 'plain',
  };
}

function giveCode(twin: TwinState, ctx: Context, { state, ...about }: ConsentRequest): void {
  const target = new URL(about.redirectUri);
  target.searchParams.set('code', twin.credentials.issue('code', about, codeLifetime));
  if (state !== undefined) target.searchParams.set('state', state);
  ctx.redirect(target.href);
}

/** `POST /v2/token`: codes and refresh tokens of an administrator; a form with the app's credentials. */
export function grantAgentToken(twin: TwinState, ctx: Context, parameters: Parameters): void {
  const { app, credentials } = twin;
  const grantType = requireText(parameters, 'grant_type');
  if (requireText(parameters, 'client_id') !== app.clientId)
    throw new AccountsException('invalid_client', 'There is no such client.');
  if (requireText(parameters, 'client_secret') !== app.clientSecret)
    throw new AccountsException('invalid_client', 'The client_secret is wrong.');
  if (grantType === 'authorization_code') {
    const code = credentials.take('code', requireText(parameters, 'code'));
    if (!code || code.redirectUri !== requireText(parameters, 'redirect_uri'))
      throw new AccountsException('invalid_grant', 'The code is not known, used, or too old.');
    checkChallenge(code, optionalText(parameters, 'code_verifier'));
    ctx.body = issueAgentTokens(twin);
  } else if (grantType === 'refresh_token') {
    const text = requireText(parameters, 'refresh_token');
    if (!credentials.find('refresh', text))
      throw new AccountsException('invalid_grant', 'The refresh token is not known or was used.');
    const kept = app.rotatesRefreshTokens === false ? text : undefined;
    if (kept === undefined) credentials.revoke('refresh', text);
    ctx.body = issueAgentTokens(twin, kept);
  } else throw new AccountsException('unsupported_grant_type', 'This grant_type is not known.');
}

/** An administrator's tokens, as the token endpoint answers. */
export function issueAgentTokens(
  { app, credentials }: TwinState,
  refreshToken?: string,
): { access_token: string; refresh_token: string } & Record<string, unknown> {
  return {
    access_token: credentials.issue('agent', { scopes: app.scopes }, usualLifetime),
    account_id: 'b7eff798-0000-4000-8000-649c35c9ed0c',
    expires_in: usualLifetime,
    organization_id: app.organizationId,
    refresh_token: refreshToken ?? credentials.issue('refresh', { scopes: app.scopes }, refreshLifetime),
    scope: app.scopes.join(','),
    token_type: 'Bearer',
  };
}

const renderConsent = createTemplate<{ fields: [name: string, value: unknown][] }>(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Stand-in of LiveChat: allow access</title>
<h1>Allow the app to create and manage customers?</h1>
<p>This page is played by a stand-in of LiveChat.</p>
<form method="post" action="consent">
<% for (const [name, value] of it.fields) { %><input type="hidden" name="<%= name %>" value="<%= value %>">
<% } %><button>Allow</button>
</form>
</html>`);
