import type { BrandConfig } from '../brand-schema.ts';
import { placeless } from '../config-folder.ts';
import type { LocatedProblem } from '../contract.ts';
import { error } from '../problem.ts';
import { adminScopes } from '../schema/admin-schema.ts';
import type { ServerConfig } from '../server-schema.ts';

/**
 * What server.yaml says of a brand fits that brand. A client that consumers sign in to could have tokens of theirs in
 * hand that look like its own, so a caller is a server that does nothing else; and an opaque token can be revoked.
 */
export function checkAdminCallers({ admin }: ServerConfig, brands: readonly BrandConfig[]): LocatedProblem[] {
  const oauth = admin?.oauth;
  if (!oauth) return [];
  const brand = brands.find((one) => one.brand === oauth.brand);
  if (!brand) return [at('brand', 'names no brand', 'write the name of a brand that is served')];
  const resource = brand.resources[oauth.resource];
  const isRight =
    resource?.format === 'opaque' && adminScopes.every((scope) => resource.scopes.includes(scope));
  return [
    ...(isRight
      ? []
      : [
          at(
            'resource',
            `is no resource of ${brand.brand} with opaque tokens and the scopes of admin`,
            `add to the brand: resources: { "${oauth.resource}": { scopes: [${adminScopes.join(', ')}], format: opaque } }`,
          ),
        ]),
    ...oauth.clients
      .filter((id) => !isCaller(brand, id))
      .map((id) =>
        at(
          'clients',
          `${id} is no client of ${brand.brand} that speaks for itself alone`,
          'give it a secret or keys, grants: [client-credentials], and neither flows nor redirect_uris nor pages',
        ),
      ),
  ];
}

function at(key: string, message: string, fix: string): LocatedProblem {
  return placeless('server.yaml', error(['admin', 'oauth', key], message, fix));
}

function isCaller({ clients }: BrandConfig, id: string): boolean {
  const client = clients.find((one) => one.id === id);
  if (!client || client.flows || client.redirect_uris || client.pages || client.platform) return false;
  return client.grants?.length === 1 && client.grants[0] === 'client-credentials';
}
