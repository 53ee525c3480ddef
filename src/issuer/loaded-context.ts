import type { Client, Grant, KoaContextWithOIDC, OIDCContext, Session } from 'oidc-provider';

/** `ctx.oidc` where the library has surely loaded what its types leave optional. */
export type LoadedContext = Omit<OIDCContext, 'client' | 'session' | 'grant' | 'params'> & {
  readonly client: Client;
  readonly session: Session & { accountId: string };
  readonly grant: Grant;
  readonly params: Record<string, unknown>;
};

/**
 * For seams that the library calls after it has loaded the client, the session and (from the consent check
 * on) the grant.
 */
export function loadedContext(ctx: KoaContextWithOIDC): LoadedContext {
  return ctx.oidc as unknown as LoadedContext;
}
