import type { PasswordAttempt } from '../contract.ts';
import { isPlausibleAttempt } from '../plausible-attempt.ts';
import type { ApiRequest } from './account-api.ts';
import type { HttpLoginSettings } from './http-settings.ts';

/**
 * The request that asks the API about a login and a password.
 *
 * @returns undefined for what no API has to answer
 */
export function createPasswordRequest(
  base: string,
  { path, body, format }: HttpLoginSettings,
  attempt: PasswordAttempt,
): ApiRequest | undefined {
  if (!isPlausibleAttempt(attempt)) return undefined;
  const members = Object.fromEntries(
    Object.entries(body).map(([name, template]) => [name, fill(template, attempt)]),
  );
  const isJson = format === 'json';
  return {
    method: 'POST',
    url: new URL(`${base}${path}`),
    headers: { 'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded' },
    body: isJson ? JSON.stringify(members) : new URLSearchParams(members).toString(),
  };
}

/** In one pass: a password that contains `{login}` stays as it was typed. */
function fill(template: string, { login, password }: PasswordAttempt): string {
  return template.replaceAll(/\{(login|password)\}/g, (_, name) => (name === 'login' ? login : password));
}
