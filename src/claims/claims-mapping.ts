import type { Account } from '../directory/contract.ts';
import type { MappedBrand } from './claim-names.ts';
import { type ClientMapping, mapClients, releasedNames } from './client-mapping.ts';
import { createEvaluateClaim, type EvaluateClaim } from './evaluated-claims.ts';
import { reasonOf } from './evaluation-reason.ts';

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

/** @throws ExpressionError for an expression that does not parse: `claimsCheck` says all of them with their place */
export function createClaimsMapping({ onProblem, ...brand }: ClaimsMappingOptions): ClaimsMapping {
  const { byScope, clients } = mapClients(brand);
  const evaluate = createEvaluateClaim();
  return {
    release(request) {
      const client = clients.get(request.clientId);
      if (!client) return {};
      const names = releasedNames(request, { client, byScope });
      return evaluateAll(names, { request, client, evaluate, onProblem });
    },
  };
}

function evaluateAll(
  names: ReadonlySet<string>,
  context: {
    request: ReleaseRequest;
    client: ClientMapping;
    evaluate: EvaluateClaim;
    onProblem: ((problem: EvaluationProblem) => void) | undefined;
  },
): Record<string, unknown> {
  const { request, client, evaluate, onProblem } = context;
  const released: [string, unknown][] = [];
  for (const claim of names) {
    try {
      const expression = client.expressions.get(claim);
      const value = expression && evaluate(expression, request.account.record);
      if (value !== undefined) released.push([claim, value]);
    } catch (error) {
      // One odd record must not keep its consumer out: the claim is missing, the operator is told.
      onProblem?.({ clientId: request.clientId, claim, reason: reasonOf(error) });
    }
  }
  return Object.fromEntries(released);
}
