import type { z } from 'zod';
import type { CheckContext } from '../check-brand.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { error, warning } from '../problem.ts';
import { type httpSchema, httpAuthKinds } from '../schema/directories/http-schema.ts';
import { hasCredentials, isLoopbackHost, isProtected } from '../web-address.ts';

type HttpConfig = z.output<typeof httpSchema>;

/** `accounts.http` can be asked, without a secret crossing a network in the open. */
export function checkHttpDirectory(
  http: HttpConfig,
  path: ConfigPath,
  isDoubtful: CheckContext['isDoubtful'],
): Problem[] {
  return [
    ...checkUrl(http.url, [...path, 'url']),
    ...checkTemplate(http.find, [...path, 'find']),
    ...checkLogin(http, path),
    ...checkAuth(http, path, isDoubtful),
    ...checkHeaders(http, path),
  ];
}

function checkUrl(text: string, path: ConfigPath): Problem[] {
  const url = URL.parse(text);
  if (!url) return [error(path, 'is no address', 'write https://accounts.acme.example/v1')];
  if (hasCredentials(url))
    return [error(path, 'carries a password', 'remove it, and write auth: { basic: { user, password } }')];
  if (url.search || url.hash)
    return [error(path, 'must end with its path', 'remove ? and # and what follows')];
  if (!isProtected(url))
    return [error(path, 'must be https', 'write https://…; http is for 127.0.0.1, [::1] and localhost only')];
  return [];
}

function checkTemplate(find: string, path: ConfigPath): Problem[] {
  const names = [...find.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name);
  if (names.length === 1 && names[0] === 'id') return [];
  return [error(path, 'must contain {id} once and no other name in braces', 'write /accounts/{id}')];
}

function checkLogin({ login }: HttpConfig, path: ConfigPath): Problem[] {
  if (!login) return [];
  const values = Object.values(login.body).join(' ');
  return ['{login}', '{password}']
    .filter((name) => !values.includes(name))
    .map((name) =>
      error(
        [...path, 'login', 'body'],
        `sends no ${name}`,
        'write { login: "{login}", password: "{password}" }',
      ),
    );
}

function checkAuth(
  { url, auth }: HttpConfig,
  path: ConfigPath,
  isDoubtful: CheckContext['isDoubtful'],
): Problem[] {
  if (auth === undefined) {
    const isLocal = isLoopbackHost(URL.parse(url)?.hostname ?? '');
    const fix = 'add auth: { bearer: ${file:…} }, basic, mtls or signed';
    return isLocal ? [] : [warning(path, 'does not prove to the API who is asking', fix)];
  }
  const kinds = Object.entries(auth).filter(([, value]) => value !== undefined);
  const hasMistake = Object.keys(httpAuthKinds).some((kind) => isDoubtful([...path, 'auth', kind]));
  if (kinds.length !== 1 && !hasMistake)
    return [error([...path, 'auth'], 'must name one way', 'leave one of bearer, basic, mtls and signed')];
  if (auth.mtls && URL.parse(url)?.protocol === 'http:')
    return [error([...path, 'auth', 'mtls'], 'shows no certificate over http', 'write https:// in url')];
  const { signed } = auth;
  const keys = ['secret', 'private_key'].map((name) => [...path, 'auth', 'signed', name]);
  if (
    signed &&
    !keys.some(isDoubtful) &&
    (signed.secret === undefined) === (signed.private_key === undefined)
  )
    return [error([...path, 'auth', 'signed'], 'must have one key', 'give secret or private_key')];
  return [];
}

/** What the connection itself writes, or Parley's own proof. */
const ownHeaders: ReadonlySet<string> = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'expect',
  'host',
  'if-none-match',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);

function checkHeaders({ headers }: HttpConfig, path: ConfigPath): Problem[] {
  return Object.keys(headers)
    .filter((name) => ownHeaders.has(name.toLowerCase()))
    .map((name) =>
      error(
        [...path, 'headers', name],
        'is a header that Parley writes',
        'remove it; credentials go into auth',
      ),
    );
}
