import { redirectUri, scope, secret } from '../subject/example.ts';
import { type BenchCase, expectJson, type Operate, type Place, unexpected } from './bench-case.ts';

/** Sign-ins of consumers who are signed in already: what chat windows ask for at each page. */

const basic = `Basic ${Buffer.from(`web:${secret}`).toString('base64')}`;

export const silentCases: readonly BenchCase[] = [
  { name: 'id_token RS256', prepare: async (place) => silentIdToken(place, 'web') },
  { name: 'id_token ES256', prepare: async (place) => silentIdToken(place, 'web-es256') },
  { name: 'code + token', prepare: async (place) => codeAndToken(place) },
  { name: 'id_token RS256, again', again: true, prepare: async (place) => silentIdToken(place, 'web') },
  { name: 'code + token, again', again: true, prepare: async (place) => codeAndToken(place) },
  {
    name: 'page JSON + token',
    bareCase: 'code + token',
    prepare: async (place) => async () => void (await redeem(place, await pageCode(place))),
  },
];

export async function silentCode({ send, nextCookie, subject }: Place): Promise<{ code: string }> {
  const path = authorizationPath(subject.issuer, { client_id: 'web', response_type: 'code' });
  const answer = await send(path, { headers: { cookie: nextCookie() } });
  const code = answer.location && new URL(answer.location).searchParams.get('code');
  if (!code) throw unexpected(answer);
  return { code };
}

export async function redeem(
  { send, subject }: Place,
  form: { code: string; code_verifier?: string },
): Promise<Record<string, string>> {
  const answer = await send(pathOf(subject.issuer, '/token'), {
    method: 'POST',
    headers: { authorization: basic },
    form: { grant_type: 'authorization_code', redirect_uri: redirectUri, ...form },
  });
  return expectJson(answer, 'id_token');
}

export function clientHeaders(): Record<string, string> {
  return { authorization: basic };
}

/** Below an issuer that may itself be on a path. */
function pathOf(issuer: string, path: string): string {
  return new URL(issuer).pathname.replace(/\/$/, '') + path;
}

function silentIdToken({ send, nextCookie, subject }: Place, clientId: string): Operate {
  const request = { client_id: clientId, response_type: 'id_token', nonce: 'n-0123456789' };
  const path = authorizationPath(subject.issuer, request);
  return async () => {
    const answer = await send(path, { headers: { cookie: nextCookie() } });
    if (!answer.location?.includes('#id_token=')) throw unexpected(answer);
  };
}

function codeAndToken(place: Place): Operate {
  return async () => void (await redeem(place, await silentCode(place)));
}

/** PKCE's example of RFC 7636 appendix B: a code that a page receives must be bound. */
export const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
export const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

async function pageCode({ send, nextCookie, subject }: Place) {
  const answer = await send(pathOf(subject.issuer, '/page/authorize'), {
    method: 'POST',
    headers: { cookie: nextCookie(), origin: new URL(subject.issuer).origin },
    form: {
      client_id: 'web',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    },
  });
  return { code: expectJson(answer, 'code')['code'] ?? '', code_verifier: verifier };
}

function authorizationPath(issuer: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams({ redirect_uri: redirectUri, scope, prompt: 'none', ...parameters });
  return pathOf(issuer, `/auth?${query.toString()}`);
}
