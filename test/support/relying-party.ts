import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { readForm, type Visitor } from './visitor.ts';

export interface Client {
  issuer: string;
  clientId: string;
  secret?: string;
  redirectUri: string;
  /** How this client reaches the issuer; default: as its host resolves. */
  fetch?: typeof fetch;
}

/** The authorization request URL of a client. */
export function authorizationUrl(client: Client, parameters: Record<string, string> = {}): URL {
  const url = new URL(`${client.issuer}/auth`);
  url.search = new URLSearchParams({
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    response_type: 'code',
    scope: 'openid',
    ...parameters,
  }).toString();
  return url;
}

/** Begins at the authorization endpoint and signs in where asked; answers where the browser ends up. */
export async function signIn(
  visitor: Visitor,
  url: URL,
  { login, password }: { login: string; password: string },
): Promise<URL> {
  const origin = url.origin;
  const page = await visitor.follow(await visitor.get(url), origin);
  if (!page.response.ok || page.url.origin !== origin) return page.url;
  const { action, fields } = readForm(await page.response.text());
  const submitted = await visitor.post(new URL(action, origin), {
    csrf: fields['csrf'] ?? '',
    login,
    password,
  });
  return (await visitor.follow(submitted, origin)).url;
}

/** Without a page: answers the parameters with which the browser returns to the client. */
export async function authorizeSilently(visitor: Visitor, url: URL): Promise<URLSearchParams> {
  url.searchParams.set('prompt', 'none');
  const response = await visitor.get(url);
  return answerOf(
    new URL(response.headers.get('location') ?? `${url.origin}/no-redirect?error=status_${response.status}`),
  );
}

/** Query or fragment, whichever the response mode chose. */
export function answerOf(url: URL): URLSearchParams {
  return new URLSearchParams(url.hash ? url.hash.slice(1) : url.search);
}

export interface TokenAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & {
    access_token: string;
    id_token: string;
    refresh_token: string;
    error?: string;
  };
}

/** POST to an endpoint below the issuer with HTTP Basic credentials, as LivePerson's server does. */
export async function postAsClient(
  client: Client,
  path: string,
  form: Record<string, string>,
): Promise<TokenAnswer> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (client.secret)
    headers['authorization'] =
      `Basic ${Buffer.from(`${client.clientId}:${client.secret}`).toString('base64')}`;
  const response = await (client.fetch ?? fetch)(`${client.issuer}${path}`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ ...(!client.secret && { client_id: client.clientId }), ...form }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? JSON.parse(text) : {},
  };
}

export function exchange(
  client: Client,
  code: string,
  more: Record<string, string> = {},
): Promise<TokenAnswer> {
  return postAsClient(client, '/token', {
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    ...more,
  });
}

export function refresh(client: Client, refreshToken: string): Promise<TokenAnswer> {
  return postAsClient(client, '/token', { grant_type: 'refresh_token', refresh_token: refreshToken });
}

export async function userinfoStatus(client: Client, accessToken: string): Promise<number> {
  const response = await (client.fetch ?? fetch)(`${client.issuer}/userinfo`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  return response.status;
}

export async function isActive(client: Client, token: string): Promise<boolean> {
  return (await postAsClient(client, '/token/introspection', { token })).body['active'] === true;
}

export function claimsOf(idToken: string): Record<string, unknown> {
  return decodeJwt(idToken);
}

export function createPkce(): {
  verifier: string;
  challenge: { code_challenge: string; code_challenge_method: 'S256' };
} {
  const verifier = randomBytes(32).toString('base64url');
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, challenge: { code_challenge, code_challenge_method: 'S256' } };
}
