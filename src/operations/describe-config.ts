import { createHmac } from 'node:crypto';
import type { Config } from '../config/contract.ts';

/** A configuration as it may be shown: by name of brand, by id of client, without a secret. */
export interface ShownConfig {
  server: Record<string, unknown>;
  brands: Record<string, unknown>;
}

/** Keys that hold a secret, or something that may be one, wherever they stand. */
const secretNames =
  /secret|password|token|credential|^(?:cookie_|encryption_)?keys?$|^private_key$|^pem$|^cert$/i;
/** Keys of that look whose value is a name, an address or a number. */
const plainNames =
  /^(?:token_endpoint_auth_method|id_token_\w+|access_token|refresh_token|id_token|token_url|login_hint_token)$/;
const publicKeySets = new Set(['jwks']);

/**
 * Every value but the secret ones. Of a secret there is a fingerprint, keyed so that nobody can guess its way back to
 * it, so that two descriptions tell whether it changed; without a key of the server's there is none.
 */
export function describeConfig({ server, brands }: Pick<Config, 'server' | 'brands'>): ShownConfig {
  const key = server.cookie_keys[0];
  const fingerprint = (value: unknown): string =>
    key === undefined
      ? '(secret)'
      : `(secret ${createHmac('sha256', `parley config ${key}`).update(JSON.stringify(value)).digest('base64url').slice(0, 8)})`;

  function show(value: unknown, name: string): unknown {
    if (value === undefined || value === null) return value;
    if (isSecretName(name, value)) return fingerprint(value);
    if (typeof value === 'string') return showText(value);
    if (Array.isArray(value)) return showList(value, name);
    if (typeof value !== 'object') return value;
    // What an API wants in its headers is a key of its own, as often as not.
    const secretInside = name === 'headers' || name === 'auth';
    return Object.fromEntries(
      Object.entries(value).map(([member, inner]) => [
        member,
        secretInside ? fingerprint(inner) : publicKeySets.has(member) ? inner : show(inner, member),
      ]),
    );
  }

  /** An address may carry a password before its host. */
  function showText(text: string): string {
    const [, scheme, credentials, rest] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@(.*)$/is.exec(text) ?? [];
    return credentials === undefined ? text : `${scheme}${fingerprint(credentials)}@${rest}`;
  }

  /** Clients are known by their id: one that moved in the file has not changed. */
  function showList(list: readonly unknown[], name: string): unknown {
    if (name !== 'clients' || !list.every(hasId)) return list.map((item) => show(item, ''));
    return Object.fromEntries(list.map(({ id, ...client }) => [id, show(client, '')]));
  }

  return {
    server: show(server, '') as Record<string, unknown>,
    brands: Object.fromEntries(brands.map(({ brand, ...rest }) => [brand, show(rest, '')])),
  };
}

function isSecretName(name: string, value: unknown): boolean {
  // server.yaml's `keys` is a folder.
  if (name === 'keys' && typeof value === 'string') return false;
  const isLeafOrList =
    typeof value !== 'object' || (Array.isArray(value) && value.every((item) => typeof item === 'string'));
  return isLeafOrList && secretNames.test(name) && !plainNames.test(name);
}

function hasId(item: unknown): item is { id: string } & Record<string, unknown> {
  return typeof item === 'object' && item !== null && typeof (item as { id?: unknown }).id === 'string';
}
