import type { BrandStore } from '../../store/contract.ts';
import { VendorError } from '../broker/vendor-error.ts';
import { withLock } from '../broker/wait-for-lock.ts';
import type { AgentGrant, AgentGrants } from './agent-grants.ts';
import type { AgentOauth } from './agent-oauth.ts';

/** The access token with which Parley speaks for an administrator. */
export interface AgentTokens {
  /** @throws VendorError access_refused: there is none, and why */
  get(): Promise<string>;
  /** Another one than the one that LiveChat has just refused. */
  renew(refused: string): Promise<string>;
}

/** For trials: it cannot be renewed. */
export function createFixedAgentToken(token: string): AgentTokens {
  const advice = 'make a new one, or remove livechat.agent_token and run `parley livechat connect <client>`';
  return {
    get: async () => token,
    async renew() {
      throw new VendorError('access_refused', `LiveChat refuses the fixed agent_token: ${advice}`);
    },
  };
}

/** Milliseconds before its end at which a token is renewed. */
const lastStretch = 300_000;

const connect = 'run `parley livechat connect <client>`';

/**
 * Renewed in single flight across processes: a refresh token works once, so the second of two would end the
 * administrator's consent.
 */
export function createRenewedAgentTokens({
  store,
  grants,
  oauth,
  now,
}: {
  store: BrandStore;
  grants: AgentGrants;
  oauth: AgentOauth;
  /** Milliseconds since 1970. */
  now(): number;
}): AgentTokens {
  /** A refresh token that LiveChat has refused is not tried again by every request. */
  let refused: string | undefined;

  async function load(): Promise<AgentGrant> {
    const grant = await grants.find();
    if (grant === undefined)
      throw new VendorError('access_refused', `no administrator of LiveChat has consented yet: ${connect}`);
    if (grant === 'locked')
      throw new VendorError(
        'access_refused',
        `no key in PARLEY_ENCRYPTION_KEYS opens the administrator's consent: put the old key after the newest, or ${connect}`,
      );
    return grant;
  }

  async function renew(isUsable: (grant: AgentGrant) => boolean): Promise<string> {
    return withLock(store, grants.lock, async () => {
      const grant = await load();
      if (isUsable(grant)) return grant.accessToken;
      if (grant.refreshToken === refused) throw refusal();
      try {
        const next = await oauth.refresh(grant.refreshToken);
        await grants.save(next);
        return next.accessToken;
      } catch (error) {
        if (!(error instanceof VendorError) || error.fault !== 'access_refused') throw error;
        refused = grant.refreshToken;
        throw refusal(error.message);
      }
    });
  }

  const lasts = (grant: AgentGrant) => grant.expiresAt - now() > lastStretch;

  return {
    async get() {
      const grant = await load();
      return lasts(grant) ? grant.accessToken : renew(lasts);
    },
    renew: (token) => renew((grant) => grant.accessToken !== token && lasts(grant)),
  };
}

function refusal(detail?: string): VendorError {
  const reason = detail === undefined ? '' : ` (${detail})`;
  return new VendorError(
    'access_refused',
    `LiveChat does not renew the administrator's consent any more${reason}: ${connect}`,
  );
}
