import { errors } from 'oidc-provider';

/**
 * What a server asks for, among what it may have. Nothing asked: `openid`.
 *
 * `offline_access` is not to be had: a server of the brand's makes another assertion when it needs another token, and
 * nobody has to be offline for that.
 *
 * @throws InvalidScope
 */
export function readRequestedScope(scope: unknown, allowed: readonly string[]): string[] {
  const asked = typeof scope === 'string' && scope !== '' ? [...new Set(scope.split(' '))] : ['openid'];
  const refused = asked.filter((name) => name === 'offline_access' || !allowed.includes(name));
  if (refused.length > 0)
    throw new errors.InvalidScope('a requested scope is not to be had here', refused.join(' '));
  return asked;
}
