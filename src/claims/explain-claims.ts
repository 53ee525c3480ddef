import { standardScopes } from './standard-scopes.ts';
import type { MappedBrand, MappedClient } from './claim-names.ts';
import type { ReleaseRequest } from './claims-mapping.ts';
import { type ClientMapping, mapClients, releasedNames } from './client-mapping.ts';
import { reasonOf } from './evaluation-reason.ts';
import { prune } from './json-copy.ts';

/** Why a claim is in a token, or why not. `value` is there exactly when the token carries the claim. */
export interface ClaimExplanation {
  claim: string;
  value?: unknown;
  why: string;
}

type Released = Omit<ReleaseRequest, 'requested' | 'clientId'> & { client: MappedClient };

/**
 * What `release` would give a client, and the reason for each claim that the brand maps or a scope lists: one that is
 * missing is missing for one reason, the first that an operator has to mend.
 */
export function explainClaims(brand: MappedBrand, { client, ...released }: Released): ClaimExplanation[] {
  const { byScope, clients } = mapClients(brand);
  const mapping = clients.get(client.id);
  if (!mapping) return [];
  const request = { ...released, scopes: [...released.scopes], clientId: client.id, requested: [] };
  const names = releasedNames(request, { client: mapping, byScope });
  const context: Context = { client, mapping, byScope, request };
  return namesToExplain(brand, context).map((claim): ClaimExplanation => {
    const expression = mapping.expressions.get(claim);
    if (!expression) return { claim, why: 'not mapped' };
    if (!names.has(claim)) return { claim, why: whyNotReleased(claim, context) };
    try {
      const value = prune(expression.evaluate(request.account.record));
      return value === undefined
        ? { claim, why: 'the expression gave null: the record has no such value' }
        : { claim, value, why: whyReleased(claim, context) };
    } catch (error) {
      return { claim, why: `the expression failed: ${reasonOf(error)}` };
    }
  });
}

interface Context {
  client: MappedClient;
  mapping: ClientMapping;
  byScope: ReadonlyMap<string, string[]>;
  request: ReleaseRequest & { scopes: readonly string[] };
}

function namesToExplain(brand: MappedBrand, { mapping, request: { scopes } }: Context): string[] {
  const lists: Record<string, readonly string[]> = { ...standardScopes, ...brand.scopes };
  const listed = scopes.flatMap((scope) => (Object.hasOwn(lists, scope) ? (lists[scope] ?? []) : []));
  return [...new Set([...mapping.expressions.keys(), ...listed])].toSorted();
}

function scopesOf(claim: string, { byScope }: Context): string[] {
  return [...byScope].flatMap(([scope, claims]) => (claims.includes(claim) ? [scope] : []));
}

function whyReleased(claim: string, context: Context): string {
  const { client, request } = context;
  if (Object.hasOwn(client.claims ?? {}, claim)) return "the client's own claim";
  const carriers = scopesOf(claim, context);
  const asked = carriers.find((scope) => request.scopes.includes(scope));
  if (asked !== undefined) return `scope ${asked}`;
  const included = carriers.find((scope) => client.openid_includes?.includes(scope));
  return `scope ${included}, which comes with openid`;
}

function whyNotReleased(claim: string, context: Context): string {
  const { client, mapping, byScope, request } = context;
  const carriers = scopesOf(claim, context);
  if (carriers.length === 0 && !mapping.withOpenid.includes(claim)) return 'no scope releases it';
  const atUserinfo = releasedNames({ ...request, use: 'userinfo' }, { client: mapping, byScope });
  if (atUserinfo.has(claim)) {
    return 'scope claims go to userinfo: id_token_claims is not true for this client';
  }
  const allowed = carriers.filter((scope) => client.scopes?.includes(scope) ?? true);
  if (allowed.length === 0) return `the client may not ask for the scope ${carriers.join(' or ')}`;
  return `the scope ${allowed.join(' or ')} was not asked for`;
}
