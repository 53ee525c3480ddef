import type { BrandConfig, ClientConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';
import { hasCredentials, isLoopbackHost, isProtected } from '../web-address.ts';

type Fault = { message: string; fix: string } | undefined;

const scriptSchemes = new Set(['javascript:', 'data:', 'vbscript:', 'blob:', 'file:', 'about:']);

/**
 * Where answers may be sent (RFC 9700 section 2.1, RFC 8252 section 7). The comparison is exact, so nothing
 * that looks like a pattern may be registered.
 */
export function checkRedirectUris({ clients }: BrandConfig): Problem[] {
  return clients.flatMap((client, index) =>
    (['redirect_uris', 'post_logout_redirect_uris'] as const).flatMap((key) =>
      (client[key] ?? []).flatMap((uri, position) => {
        const fault =
          findFault(uri, client) ?? (key === 'redirect_uris' ? findFlowFault(uri, client) : undefined);
        return fault ? [error(['clients', index, key, position], fault.message, fault.fix)] : [];
      }),
    ),
  );
}

function findFault(uri: string, client: ClientConfig): Fault {
  // The URL parser drops tabs and newlines and turns backslashes, so they are refused before it sees them.
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000- \\]/.test(uri))
    return { message: 'must not contain spaces or backslashes', fix: 'write a plain URL' };
  if (uri.includes('*')) return { message: 'must not contain a wildcard', fix: 'list each address in full' };
  const url = URL.parse(uri);
  if (!url) return { message: 'must be an absolute URL', fix: 'write it in full: https://…' };
  if (uri.includes('#')) return { message: 'must not have a fragment', fix: 'end it before the #' };
  if (scriptSchemes.has(url.protocol)) {
    return { message: `must not use the scheme ${url.protocol}`, fix: 'write an https address' };
  }
  if (hasCredentials(url))
    return { message: 'must not contain user information', fix: 'leave out what stands before the @' };
  return findSchemeFault(url, client);
}

function findSchemeFault(url: URL, { application_type: type }: ClientConfig): Fault {
  if (isProtected(url)) return undefined;
  if (url.protocol === 'http:') {
    return {
      message: 'must be https',
      fix: 'write https://…; http is for 127.0.0.1, [::1] and localhost only',
    };
  }
  if (type !== 'native') {
    return { message: 'must be https', fix: 'write https://…, or set application_type: native for an app' };
  }
  // RFC 8252 section 7.1: a scheme in reverse domain order belongs to one maker; others can be claimed by any app.
  if (!url.protocol.includes('.')) {
    return { message: "must use a scheme that is the app's own", fix: 'write com.your-brand.app:/callback' };
  }
  return undefined;
}

/** What oidc-provider asks of the implicit flow and of native clients. */
function findFlowFault(uri: string, { application_type: type, flows = [] }: ClientConfig): Fault {
  const url = new URL(uri);
  if (type === 'native') {
    return url.protocol === 'https:' && isLoopbackHost(url.hostname)
      ? {
          message: 'must be http on a loopback address of a native client',
          fix: 'write http://127.0.0.1:<port>/…',
        }
      : undefined;
  }
  const frontChannel = flows.includes('implicit') || flows.includes('hybrid');
  return frontChannel && (url.protocol === 'http:' || url.hostname === 'localhost')
    ? {
        message: 'must be https and not localhost, for tokens travel in it (implicit or hybrid flow)',
        fix: 'write an https address, use [code, pkce], or application_type: native for a trial on loopback',
      }
    : undefined;
}
