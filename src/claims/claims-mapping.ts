import type { Account } from '../directory/contract.ts';
import { mappedScopes, type MappedBrand, type MappedClient } from './claim-names.ts';
import { compileExpression, type Expression } from './compile-expression.ts';
import { reasonOf } from './evaluation-reason.ts';
import { prune } from './json-copy.ts';

/**
 * Account → the claims that one client may get now. Pure: compiled once, no I/O.
 */
export interface ClaimsMapping {
  /** @returns claims without `sub`, null or undefined values */
  release(request: ReleaseRequest): Record<string, unknown>;
}

export interface ReleaseRequest {
  account: Pick<Account, 'record'>;
  clientId: string;
  /** Granted scopes. */
  scopes: Iterable<string>;
  /** Names that the `claims` parameter asks for at this place (OpenID Connect Core 5.5). */
  requested: Iterable<string>;
  use: 'id_token' | 'userinfo';
  /** `response_type=id_token`: no access token is issued, so scope claims are due here (OpenID Connect Core 5.4). */
  onlyIdToken?: boolean;
}

/** An expression met a value that its functions do not take. The claim is left out; the record's values are not told. */
export interface EvaluationProblem {
  clientId: string;
  claim: string;
  reason: string;
}

export interface ClaimsMappingOptions extends MappedBrand {
  onProblem?: (problem: EvaluationProblem) => void;
}

/** What one client can ever get: the expression per claim, and which of them come with `openid`. */
interface ClientMapping {
  expressions: ReadonlyMap<string, Expression>;
  withOpenid: readonly string[];
  /** May be named in the `claims` parameter. */
  requestable: ReadonlySet<string>;
  inIdToken: boolean;
}

/** @throws ExpressionError for an expression that does not parse: `claimsCheck` says all of them with their place */
export function createClaimsMapping({
  claims,
  scopes,
  clients,
  onProblem,
}: ClaimsMappingOptions): ClaimsMapping {
  const byScope = mappedScopes({ claims, scopes });
  const brandExpressions = compileAll(claims);
  const byClient = new Map(
    clients.map((client) => [client.id, mapClient(client, { byScope, brandExpressions })] as const),
  );
  return {
    release(request) {
      const client = byClient.get(request.clientId);
      if (!client) return {};
      const names = releasedNames(request, { client, byScope });
      return evaluateAll(names, { request, client, onProblem });
    },
  };
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

function releasedNames(
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

function evaluateAll(
  names: ReadonlySet<string>,
  context: {
    request: ReleaseRequest;
    client: ClientMapping;
    onProblem: ((problem: EvaluationProblem) => void) | undefined;
  },
): Record<string, unknown> {
  const { request, client, onProblem } = context;
  const released: [string, unknown][] = [];
  for (const claim of names) {
    try {
      const value = prune(client.expressions.get(claim)?.evaluate(request.account.record));
      if (value !== undefined) released.push([claim, value]);
    } catch (error) {
      // One odd record must not keep its consumer out: the claim is missing, the operator is told.
      onProblem?.({ clientId: request.clientId, claim, reason: reasonOf(error) });
    }
  }
  return Object.fromEntries(released);
}
