import { mappedScopes, type MappedBrand, type MappedClient } from './claim-names.ts';
import type { ReleaseRequest } from './claims-mapping.ts';
import { compileExpression, type Expression } from './compile-expression.ts';

/** What one client can ever get: the expression per claim, and which of them come with `openid`. */
export interface ClientMapping {
  expressions: ReadonlyMap<string, Expression>;
  withOpenid: readonly string[];
  /** May be named in the `claims` parameter. */
  requestable: ReadonlySet<string>;
  inIdToken: boolean;
}

/** A brand's mapping, compiled. */
export interface CompiledMapping {
  /** Scope → the claims of the brand that it brings. */
  byScope: ReadonlyMap<string, string[]>;
  clients: ReadonlyMap<string, ClientMapping>;
}

/** @throws ExpressionError for an expression that does not parse */
export function mapClients({ claims, scopes, clients }: MappedBrand): CompiledMapping {
  const byScope = mappedScopes({ claims, scopes });
  const brandExpressions = compileAll(claims);
  const mapped = clients.map(
    (client) => [client.id, mapClient(client, { byScope, brandExpressions })] as const,
  );
  return { byScope, clients: new Map(mapped) };
}

function compileAll(claims: Readonly<Record<string, string>>): Map<string, Expression> {
  return new Map(Object.entries(claims).map(([name, source]) => [name, compileExpression(source)]));
}

function mapClient(
  client: MappedClient,
  brand: { byScope: ReadonlyMap<string, string[]>; brandExpressions: ReadonlyMap<string, Expression> },
): ClientMapping {
  const own = compileAll(client.claims ?? {});
  const included = (client.openid_includes ?? []).flatMap((scope) => brand.byScope.get(scope) ?? []);
  const askable = (client.scopes ?? [...brand.byScope.keys()]).flatMap(
    (scope) => brand.byScope.get(scope) ?? [],
  );
  const withOpenid = [...own.keys(), ...included];
  return {
    expressions: new Map([...brand.brandExpressions, ...own]),
    withOpenid,
    requestable: new Set([...withOpenid, ...askable]),
    inIdToken: client.id_token_claims === true,
  };
}

/** The claims that a request gets, should the record have them. */
export function releasedNames(
  { scopes, requested, use, onlyIdToken = false }: ReleaseRequest,
  { client, byScope }: { client: ClientMapping; byScope: ReadonlyMap<string, string[]> },
): Set<string> {
  const names = new Set([...requested].filter((name) => client.requestable.has(name)));
  const scopeClaimsDue = use === 'userinfo' || onlyIdToken || client.inIdToken;
  if (!scopeClaimsDue) return names;
  for (const scope of scopes) {
    for (const name of byScope.get(scope) ?? []) names.add(name);
    if (scope === 'openid') for (const name of client.withOpenid) names.add(name);
  }
  return names;
}
