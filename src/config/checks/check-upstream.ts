import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';
import { hasCredentials, isProtected } from '../web-address.ts';

/**
 * An upstream's word is about its own accounts. Whose account that is here must be said, and two ways to sign in must
 * not fill one space of ids: a stranger at the one could be a consumer of the other by the mere spelling of an id.
 */
export function checkUpstream({ login, accounts }: BrandConfig): Problem[] {
  const own = accounts.oidc !== undefined;
  const problems = login.flatMap((way, index): Problem[] => {
    if (way.upstream) return checkWay(way.upstream, index, own);
    const [name] = Object.keys(way);
    if (!own || name === undefined) return [];
    const fix = 'remove it, or take another directory and add to its record what the upstream knows';
    return [error(['login', index, name], 'cannot name accounts that only the upstream knows', fix)];
  });
  if (own && !login.some((way) => way.upstream)) {
    const fix = 'add to login: - upstream: { issuer: …, client_id: … }';
    problems.push(error(['accounts', 'oidc'], 'nobody ever gets in: login has no upstream', fix));
  }
  return problems;
}

function checkWay(
  { issuer, scopes, account }: NonNullable<BrandConfig['login'][number]['upstream']>,
  index: number,
  own: boolean,
): Problem[] {
  const url = URL.parse(issuer);
  const at = (key: string) => ['login', index, 'upstream', key];
  return [
    ...(url && isProtected(url) && !hasCredentials(url) && !/[?#]/.test(issuer)
      ? []
      : [error(at('issuer'), 'must be an https address', 'write it as its discovery document says it')]),
    ...(scopes.includes('openid')
      ? []
      : [error(at('scopes'), 'must have openid', 'write scopes: [openid, …]')]),
    ...(own || account !== undefined
      ? []
      : [
          error(
            at('account'),
            'is missing: which claim is the account id of your directory?',
            'write account: with the name of a claim that the upstream itself sets and never gives to somebody else',
          ),
        ]),
  ];
}
