import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';
import { hasCredentials, isProtected } from '../web-address.ts';

/** The issuer is an absolute https URL in its normal form (OpenID Connect Discovery section 3): `iss` is compared as text. */
export function checkIssuer({ issuer }: { issuer: string }): Problem[] {
  const fault = findFault(issuer);
  return fault ? [error(['issuer'], fault.message, fault.fix)] : [];
}

function findFault(issuer: string): { message: string; fix: string } | undefined {
  const url = URL.parse(issuer);
  if (!url || !/^https?:$/.test(url.protocol)) {
    return { message: 'must be an absolute URL', fix: 'write https://id.your-brand.example' };
  }
  if (hasCredentials(url))
    return { message: 'must not carry credentials', fix: 'leave out what stands before the @' };
  if (!isProtected(url)) {
    return {
      message: 'must be https on a public host',
      fix: 'write https://…: with http, anyone on the way reads cookies and codes; http is for localhost only',
    };
  }
  if (/[?#]/.test(issuer))
    return { message: 'must not have a query or a fragment', fix: 'end it before the ? or #' };
  if (issuer.endsWith('/')) return { message: 'must not end with a slash', fix: 'leave out the last /' };
  const normal = url.pathname === '/' ? url.origin : url.href;
  return normal === issuer ? undefined : { message: 'is not in its normal form', fix: `write ${normal}` };
}
