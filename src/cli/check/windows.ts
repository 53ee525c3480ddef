import { createHash } from 'node:crypto';
import { createLivePersonState } from '../../twin/demo/liveperson-state.ts';
import type { Flow } from '../../twin/liveperson/connector.ts';
import { parseJson } from '../../twin/liveperson/parse-json.ts';
import { CheckFailure } from './check-failure.ts';
import type { CheckTarget } from './check-target.ts';
import { readPage } from './read-page.ts';
import { describePage } from './sign-in.ts';

/** LivePerson's windows: how each asks for a code or an ID token. */
export interface WindowAnswer {
  /** A code, or the ID token itself in the implicit flow. */
  ssoKey: string;
  redirectUri: string;
  codeVerifier?: string;
  note: string;
}

type Parameters = Record<string, string>;

/** The popup goes to the authorization endpoint by itself, with 2 kB of JSON as state and without a nonce. */
export async function askFromPopup(
  target: CheckTarget,
  flow: Flow,
  redirectUri: string,
): Promise<WindowAnswer> {
  const state = createLivePersonState('parley-check', target.randomBytes(9).toString('base64url'));
  const { parameters, codeVerifier } = createRequest(target, flow, redirectUri);
  const url = requestUrl(target, { ...parameters, state, ...silence(redirectUri) });
  const answer = await authorize(target, url, redirectUri);
  if (answer.get('state') !== state) {
    throw new CheckFailure(
      'the state did not come back byte for byte',
      'look for a proxy that rewrites or cuts addresses: LivePerson sends 2.5 kB of JSON',
    );
  }
  return {
    ssoKey: readAnswer(flow, Object.fromEntries(answer), target),
    redirectUri,
    note: `${nameOf(flow)} for ${redirectUri}; the state of ${Buffer.byteLength(state)} bytes came back byte for byte`,
    ...(codeVerifier && { codeVerifier }),
  };
}

/** The embedded window asks the page's method, and the page asks Parley. */
export async function askFromPage(
  target: CheckTarget,
  flow: Flow,
  { page, redirectUri }: { page: string; redirectUri: string },
): Promise<WindowAnswer> {
  const { parameters, codeVerifier } = createRequest(target, flow, redirectUri);
  const response = await target.browser.fetchFrom(page, '/page/authorize', parameters);
  const body = parseJson(await response.text());
  const allowed = response.headers.get('access-control-allow-origin');
  if (allowed !== page || response.headers.get('access-control-allow-credentials') !== 'true') {
    throw new CheckFailure(
      `the page at ${page} may not read the answer (${response.status}, Access-Control-Allow-Origin: ${allowed ?? 'none'})`,
      'list the exact origin in `pages`; a proxy must leave these headers alone',
    );
  }
  return {
    ssoKey: readAnswer(flow, typeof body === 'object' && body !== null ? body : {}, target),
    redirectUri,
    note: `${nameOf(flow)} for the page at ${page}`,
    ...(codeVerifier && { codeVerifier }),
  };
}

export function createRequest(
  { client, randomBytes }: CheckTarget,
  flow: Flow,
  redirectUri: string,
): { parameters: Parameters; codeVerifier: string | undefined } {
  const codeVerifier = flow === 'pkce' ? randomBytes(48).toString('base64url') : undefined;
  const challenge = codeVerifier && createHash('sha256').update(codeVerifier).digest('base64url');
  const parameters = {
    response_type: flow === 'implicit' ? 'id_token' : 'code',
    client_id: client.id,
    scope: 'openid',
    redirect_uri: redirectUri,
    ...(challenge && { code_challenge: challenge, code_challenge_method: 'S256' }),
  };
  return { parameters, codeVerifier };
}

export function requestUrl({ issuer, client }: CheckTarget, parameters: Parameters): URL {
  const url = new URL(`${issuer}/auth`);
  const parentWindowOrigin = client.pages[0];
  url.search = new URLSearchParams({
    ...parameters,
    ...(parentWindowOrigin && { parentWindowOrigin }),
  }).toString();
  return url;
}

/** Whether an address is the client's own: it is read, never opened. */
export function isAnswerAt(redirectUri: string): (url: URL) => boolean {
  const own = new URL(redirectUri);
  return (url) => url.protocol === own.protocol && url.host === own.host && url.pathname === own.pathname;
}

/** A custom scheme needs a click each time; everywhere else a window must get its answer without a page. */
function silence(redirectUri: string): Parameters {
  return /^https?:/.test(redirectUri) ? { prompt: 'none' } : {};
}

async function authorize(target: CheckTarget, url: URL, redirectUri: string): Promise<URLSearchParams> {
  const isAnswer = isAnswerAt(redirectUri);
  let landed = await target.browser.visit(url, isAnswer);
  if (landed.kind === 'page') {
    const page = readPage(landed.html);
    if (page.kind !== 'continue') throw describePage(landed, page);
    const form = { csrf: page.fields['csrf'] ?? '', decision: 'continue' };
    landed = await target.browser.submit(new URL(page.action, landed.url), form, isAnswer);
  }
  if (landed.kind === 'page') throw describePage(landed, readPage(landed.html));
  if (!landed.isExpected) throw describePage(landed, readPage(''));
  return new URLSearchParams(landed.url.hash ? landed.url.hash.slice(1) : landed.url.search);
}

function readAnswer(flow: Flow, answer: object, { client }: CheckTarget): string {
  const { error, error_description: description, code, id_token: idToken } = answer as Parameters;
  if (error !== undefined) {
    const words = [error, description].filter(Boolean).join(': ');
    throw new CheckFailure(
      `Parley answers ${words}`,
      fixes[error] ?? `\`parley requests ${client.id}\` has the reason`,
    );
  }
  const ssoKey = flow === 'implicit' ? idToken : code;
  if (typeof ssoKey === 'string' && ssoKey !== '') return ssoKey;
  throw new CheckFailure(
    `the answer carries no ${flow === 'implicit' ? 'id_token' : 'code'}`,
    'look at the proxy',
  );
}

const fixes: Readonly<Record<string, string>> = {
  login_required:
    'nobody is signed in any more, or the account is disabled: sign in again, and see `session` in the brand file',
  consent_required: 'remove first_party: false: an embedded window cannot show a consent page',
  interaction_required: 'use a claimed https address instead of a custom scheme',
  unsupported_response_type: 'add the flow to `flows`',
};

function nameOf(flow: Flow): string {
  return flow === 'implicit' ? 'an ID token' : 'a code';
}
