import type { BrandConfig, ClientConfig } from '../brand-schema.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { error } from '../problem.ts';

/** A client can prove itself at the token endpoint in exactly the way that it declares. */
export function checkClientCredentials({ clients }: BrandConfig): Problem[] {
  return clients.flatMap((client, index) => {
    const at = (key: string): ConfigPath => ['clients', index, key];
    return [...checkMethod(client, at), ...checkKeys(client, at)];
  });
}

function checkMethod(client: ClientConfig, at: (key: string) => ConfigPath): Problem[] {
  const { token_endpoint_auth_method: method } = client;
  const hasSecret = client.secret !== undefined || client.secrets !== undefined;
  const hasKeys = client.jwks !== undefined || client.jwks_uri !== undefined;
  if (method === 'none') return checkPublicClient(client, at);
  if (method === 'private_key_jwt') {
    return hasKeys ? [] : [error(at('jwks'), 'is missing', 'private_key_jwt needs jwks or jwks_uri')];
  }
  if (hasSecret) return [];
  if (method !== undefined) return [error(at('secret'), 'is missing', `${method} needs a secret`)];
  if (hasKeys || !usesTokenEndpoint(client)) return [];
  return [
    error(
      at('secret'),
      'is missing',
      'add secret, or jwks or jwks_uri, or token_endpoint_auth_method: none for an app',
    ),
  ];
}

function checkPublicClient(
  { secret, secrets, flows }: ClientConfig,
  at: (key: string) => ConfigPath,
): Problem[] {
  const problems: Problem[] = [];
  if (secret !== undefined || secrets !== undefined) {
    problems.push(
      error(
        at(secret === undefined ? 'secrets' : 'secret'),
        'is never used',
        'remove it, or remove token_endpoint_auth_method: none',
      ),
    );
  }
  // RFC 9700 section 2.1.1: without a secret only the challenge binds an authorization code to its client.
  if (flows && flows.some((flow) => flow === 'code' || flow === 'hybrid') && !flows.includes('pkce')) {
    problems.push(
      error(at('flows'), 'must include pkce for a client without a secret', 'write flows: [code, pkce]'),
    );
  }
  return problems;
}

function checkKeys(client: ClientConfig, at: (key: string) => ConfigPath): Problem[] {
  const problems: Problem[] = [];
  if (client.jwks && client.jwks_uri !== undefined) {
    problems.push(error(at('jwks_uri'), 'stands beside jwks', 'keep one of the two'));
  }
  if (client.encryption && client.jwks_uri !== undefined) {
    const fix =
      'list the other keys as jwks: the ID token is encrypted to one of jwks_uri, never to this one';
    problems.push(error(at('encryption'), 'stands beside jwks_uri', fix));
  }
  if (client.require_signed_request_objects && !client.jwks && client.jwks_uri === undefined) {
    problems.push(
      error(at('require_signed_request_objects'), 'needs a key to verify with', 'add jwks or jwks_uri'),
    );
  }
  return problems;
}

/** LiveChat issues its own tokens, and a purely implicit client gets everything from the authorization endpoint. */
function usesTokenEndpoint({ platform, flows }: ClientConfig): boolean {
  return platform !== 'livechat' && !(flows && flows.every((flow) => flow === 'implicit'));
}
