import type { KoaContextWithOIDC, Provider, Session } from 'oidc-provider';
import { createUniqueId } from './create-unique-id.ts';

/** `session`: the brand's own session; `assertion`: the brand's signed word; `password`: our page; `away`: a login elsewhere. */
export type SignInWay = 'session' | 'assertion' | 'password' | 'away';

/** What a session remembers of its sign-in beside the library's own fields. */
export interface SignInFacts {
  way?: SignInWay | undefined;
  /**
   * Seconds since the epoch at which the consumer proved who they are, where that was elsewhere (OpenID Connect
   * Core 2, `auth_time`); null: nobody told. `loginTs` stays the moment at which our session began: its age and the
   * account's "not before" mark are measured from there.
   */
  authTime?: number | null | undefined;
  /** Seconds since the epoch at which the session ends, however busy it is. */
  endsAt?: number | undefined;
  /** The brand's own session that ours follows: those that follow one end together. */
  brandSession?: string | undefined;
}

export type SessionWithFacts = Session & { facts?: SignInFacts | undefined };

export function factsOf(session: object): SignInFacts {
  return (session as SessionWithFacts).facts ?? {};
}

/**
 * Where the library asks for the age of an authentication, it gets that of the consumer's own.
 *
 * @param now seconds since the epoch
 */
export function rememberSignInFacts(provider: Provider, now: () => number): void {
  const { Session: model } = provider as unknown as {
    Session: { readonly IN_PAYLOAD: readonly string[]; prototype: SessionWithFacts };
  };
  const payload = [...model.IN_PAYLOAD, 'facts'];
  Object.defineProperty(model, 'IN_PAYLOAD', { get: () => payload });
  Object.assign(model.prototype, {
    authTime,
    past(this: SessionWithFacts, age: number): boolean {
      const time = this.authTime();
      return time === undefined || now() - time > age;
    },
  });
  provider.on('interaction.ended', (ctx: KoaContextWithOIDC) => {
    const login = ctx.oidc.result?.login as { facts?: SignInFacts } | undefined;
    if (!login) return;
    const session = ctx.oidc.session as SessionWithFacts & { new?: true };
    session.facts = login.facts;
    // Nothing hangs on the uid that the library gave it.
    if (session.new) session.uid = createUniqueId();
  });
}

function authTime(this: SessionWithFacts): number | undefined {
  const { authTime: told } = factsOf(this);
  return told === undefined ? this.loginTs : (told ?? undefined);
}
