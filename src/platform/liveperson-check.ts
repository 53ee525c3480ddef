import type { ClientConfig } from '../config/brand-schema.ts';
import type { ConfigPath, Problem } from '../config/contract.ts';
import { checkSdeExpression } from './sdes.ts';

/** What LivePerson's connector and windows cannot do with a client. Paths start at the client. */
export function checkLivePersonClient(client: ClientConfig): Problem[] {
  return [
    ...checkFlows(client),
    ...checkAuthMethod(client),
    ...checkLifetimes(client),
    ...checkSilence(client),
    ...checkContent(client),
  ];
}

function checkFlows({ flows = ['code', 'pkce'] }: ClientConfig): Problem[] {
  if (!flows.includes('hybrid')) return [];
  return [
    error(
      ['flows', flows.indexOf('hybrid')],
      'LivePerson knows no hybrid flow',
      'write [code, pkce] or [implicit]',
    ),
  ];
}

function checkAuthMethod({ token_endpoint_auth_method: method }: ClientConfig): Problem[] {
  if (method === undefined || method === 'client_secret_basic' || method === 'client_secret_post') return [];
  const fix = 'remove it: Basic and body credentials are both accepted';
  return [error(['token_endpoint_auth_method'], 'LivePerson redeems codes with a client secret', fix)];
}

function checkLifetimes({ lifetimes, flows = ['code', 'pkce'] }: ClientConfig): Problem[] {
  const { authorization_code: code = 0, id_token: idToken = 0 } = lifetimes ?? {};
  const problems: Problem[] = [];
  if (code > 300 && !flows.includes('pkce')) {
    const message = 'is too long for codes that no challenge binds to their window';
    problems.push(
      error(['lifetimes', 'authorization_code'], message, 'write at most 300, or flows: [code, pkce]'),
    );
  }
  if (idToken > 24 * 3600) {
    const message =
      "is more than a day: after a sign-out the chat keeps the consumer's name until the ID token ends";
    problems.push(warning(['lifetimes', 'id_token'], message, 'write 3600'));
  }
  return problems;
}

/** Settings under which a window would get no answer without asking the consumer, or none at all. */
function checkSilence(client: ClientConfig): Problem[] {
  const problems: Problem[] = [];
  if (client.first_party === false) {
    problems.push(
      warning(
        ['first_party'],
        'an embedded window cannot show a consent page',
        'remove it, or use popup windows',
      ),
    );
  }
  for (const key of ['require_pushed_requests', 'require_signed_request_objects'] as const) {
    if (client[key]) problems.push(error([key], "LivePerson's windows send plain requests", 'remove it'));
  }
  return problems;
}

function checkContent({
  id_token_alg: alg,
  id_token_claims: idTokenClaims,
  openid_includes: included = [],
  claims,
}: ClientConfig): Problem[] {
  const problems: Problem[] = [];
  if (idTokenClaims === false) {
    problems.push(error(['id_token_claims'], 'LivePerson reads claims from the ID token only', 'remove it'));
  }
  if (alg !== undefined && alg !== 'RS256') {
    problems.push(error(['id_token_alg'], 'LivePerson documents RS256 alone', 'remove it'));
  }
  if (included.includes('phone')) {
    const message = "LivePerson shows phone_number as the customer's IMEI";
    const fix = "map it in lp_sdes: {type: 'personal', personal: {contacts: [{phone: phone_number}]}}";
    problems.push(warning(['openid_includes', included.indexOf('phone')], message, fix));
  }
  const expression = claims?.['lp_sdes'];
  const findings = expression === undefined ? [] : checkSdeExpression(expression);
  return [...problems, ...findings.map((finding) => ({ ...finding, path: ['claims', 'lp_sdes'] }))];
}

function error(path: ConfigPath, message: string, fix: string): Problem {
  return { path, message, fix, severity: 'error' };
}

function warning(path: ConfigPath, message: string, fix: string): Problem {
  return { path, message, fix, severity: 'warning' };
}
