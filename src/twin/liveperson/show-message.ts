import { decodeJwt, decodeProtectedHeader } from 'jose';
import { parseJson } from './parse-json.ts';

/** Turns what travelled into what may be shown: secrets masked, ID tokens decoded and without their signature. */
const mask = '••••••••';
const secretFields = new Set(['client_secret', 'code_verifier', 'access_token', 'refresh_token']);

export function showFields(fields: Iterable<[string, unknown]>): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, value]) => [name, showField(name, value)]));
}

export function showHeaders(headers: Headers, names: readonly string[]): Record<string, string> {
  const shown: Record<string, string> = {};
  for (const name of names) {
    const value = headers.get(name);
    if (value !== null) shown[name] = name === 'authorization' ? showBasic(value) : value;
  }
  return shown;
}

/** The JSON body with its tokens shown decoded, or the text when it is no JSON object. */
export function showBody(text: string): unknown {
  const body = parseJson(text);
  if (body === undefined) return text.slice(0, 2000);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return showFields(Object.entries(body));
}

function showField(name: string, value: unknown): unknown {
  if (secretFields.has(name)) return mask;
  return name === 'id_token' && typeof value === 'string' ? showIdToken(value) : value;
}

function showIdToken(idToken: string): unknown {
  try {
    return { header: decodeProtectedHeader(idToken), payload: decodeJwt(idToken), signature: mask };
  } catch {
    return mask;
  }
}

function showBasic(authorization: string): string {
  const [scheme = '', credentials = ''] = authorization.split(' ');
  if (scheme.toLowerCase() !== 'basic') return `${scheme} ${mask}`;
  const [clientId = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
  return `Basic base64(${clientId}:${mask})`;
}
