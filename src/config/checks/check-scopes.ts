import type { BrandConfig } from '../brand-schema.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { didYouMean } from '../did-you-mean.ts';
import { error } from '../problem.ts';
import { standardScopes } from '../standard-scopes.ts';

/** Every scope that a client lists exists; the protocol's own scopes are not redefined. */
export function checkScopes({ scopes, resources, clients }: BrandConfig): Problem[] {
  const withClaims = [...Object.keys(standardScopes), ...Object.keys(scopes)];
  const known = [...withClaims, ...Object.values(resources).flatMap((resource) => resource.scopes)];
  return [
    ...['openid', 'offline_access']
      .filter((scope) => Object.hasOwn(scopes, scope))
      .map((scope) =>
        error(
          ['scopes', scope],
          "is the protocol's own scope",
          "give claims by a client's openid_includes instead",
        ),
      ),
    ...clients.flatMap((client, index) => [
      ...unknownScopes(client.scopes, known, ['clients', index, 'scopes']),
      ...unknownScopes(client.openid_includes, withClaims, ['clients', index, 'openid_includes']),
    ]),
  ];
}

function unknownScopes(
  listed: readonly string[] = [],
  known: readonly string[],
  path: ConfigPath,
): Problem[] {
  return listed.flatMap((scope, position) => {
    if (known.includes(scope)) return [];
    const meant = didYouMean(scope, known);
    const fix = meant ? `did you mean ${meant}?` : `define it: scopes: { ${scope}: [ … ] }`;
    return [error([...path, position], `the scope ${scope} is not defined`, fix)];
  });
}
