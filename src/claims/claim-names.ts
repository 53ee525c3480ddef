import { standardScopes } from './standard-scopes.ts';

/** What of a brand the claims mapping reads. */
export interface MappedBrand {
  subject?: MappedSubject | undefined;
  claims: Readonly<Record<string, string>>;
  scopes: Readonly<Record<string, readonly string[]>>;
  clients: readonly MappedClient[];
}

/** A template is a JMESPath expression over the record. */
export type MappedSubject = string | { template: string };

export interface MappedClient {
  id: string;
  subject?: MappedSubject | undefined;
  claims?: Readonly<Record<string, string>> | undefined;
  /** Scopes it may ask for; absent: all. */
  scopes?: readonly string[] | undefined;
  openid_includes?: readonly string[] | undefined;
  id_token_claims?: boolean | undefined;
}

/** Every claim that at least one client can get, without the protocol's own: for discovery's `claims_supported`. */
export function claimNames(brand: MappedBrand): string[] {
  return unique(Object.values(claimsByScope(brand)).flat());
}

/**
 * Scope → the claims that it brings to at least one client, scopes without any left out. `openid` lists what any
 * client gets with it; which client really does is decided by `release`.
 */
export function claimsByScope(brand: MappedBrand): Record<string, string[]> {
  const scopes = mappedScopes(brand);
  const openid = brand.clients.flatMap((client) => [
    ...Object.keys(client.claims ?? {}),
    ...(client.openid_includes ?? []).flatMap((scope) => scopes.get(scope) ?? []),
  ]);
  return { ...Object.fromEntries(scopes), ...(openid.length > 0 && { openid: unique(openid) }) };
}

/**
 * Scope → claims of the brand's mapping. A brand that lists a standard scope itself decides what that scope
 * brings; without a list it brings the standard's claims as far as they are mapped.
 */
export function mappedScopes({
  claims,
  scopes,
}: Pick<MappedBrand, 'claims' | 'scopes'>): Map<string, string[]> {
  const mapped = new Map<string, string[]>();
  for (const [scope, names] of Object.entries({ ...standardScopes, ...scopes })) {
    const known = names.filter((name) => Object.hasOwn(claims, name));
    if (known.length > 0) mapped.set(scope, unique(known));
  }
  return mapped;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
