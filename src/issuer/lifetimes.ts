import type { Configuration } from 'oidc-provider';
import type { BrandConfig } from '../config/brand-schema.ts';
import { endOfSession } from './session-age.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';

const hour = 3600;

/** Seconds, where neither the client nor the brand says otherwise. */
const defaultLifetimes = {
  authorization_code: 60,
  access_token: hour,
  id_token: hour,
  refresh_token: 14 * 24 * hour,
} as const;

/** Time in which a consumer may sign in before the authorization request is forgotten. */
const interactionLifetime = 600;

type LifetimeName = keyof typeof defaultLifetimes;

/** How long everything lives: the client's setting, else the brand's, else the default. */
export function createLifetimes(
  brand: BrandConfig,
  clientOf: (clientId: string | undefined) => ResolvedClient | undefined,
  now: () => number,
): NonNullable<Configuration['ttl']> {
  const grantLifetime = longestGrant(brand);
  const lifetimeOf = (name: LifetimeName, clientId: string | undefined): number =>
    clientOf(clientId)?.lifetimes?.[name] ?? brand.lifetimes[name] ?? defaultLifetimes[name];
  return {
    AuthorizationCode: (_ctx, code, client) => {
      const lifetime = lifetimeOf('authorization_code', client.clientId);
      const unbound = clientOf(client.clientId)?.unbound_code_lifetime ?? lifetime;
      return code.codeChallenge ? lifetime : Math.min(lifetime, unbound);
    },
    AccessToken: (_ctx, _token, client) => lifetimeOf('access_token', client.clientId),
    ClientCredentials: (_ctx, _token, client) => lifetimeOf('access_token', client.clientId),
    IdToken: (_ctx, _token, client) => lifetimeOf('id_token', client.clientId),
    RefreshToken: (ctx, _token, client) =>
      // A chain of rotations keeps its first end (RFC 9700 4.14.2).
      ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? lifetimeOf('refresh_token', client.clientId),
    Grant: grantLifetime,
    Interaction: interactionLifetime,
    Session: (_ctx, session) => {
      const end = endOfSession(session, brand.session.absolute) ?? now() + brand.session.absolute;
      return Math.max(1, Math.min(brand.session.idle, end - now()));
    },
  };
}

/** As long as anything may live that a consumer was given: tokens, and the session itself. */
export function longestLife(brand: BrandConfig): number {
  return Math.max(longestGrant(brand), brand.session.absolute);
}

/**
 * As long as a signature of ours may be asked about: of ID tokens and access tokens, and of an ID token that comes
 * back as id_token_hint while its session lives (OpenID Connect RP-Initiated Logout 2).
 */
export function longestSignature({ lifetimes, clients, session }: BrandConfig): number {
  const settings = [defaultLifetimes, lifetimes, ...clients.map((client) => client.lifetimes ?? {})];
  const signed = settings.flatMap(({ id_token, access_token }) => [id_token ?? 0, access_token ?? 0]);
  return Math.max(session.absolute, ...signed);
}

/** As long as the longest token that may hang on it. */
export function longestGrant(brand: BrandConfig): number {
  const all = [defaultLifetimes, brand.lifetimes, ...brand.clients.map((client) => client.lifetimes ?? {})];
  return Math.max(
    ...all.flatMap((lifetimes) => Object.values(lifetimes).filter((value) => value !== undefined)),
  );
}
