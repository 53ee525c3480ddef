import type { LiveChatConfig } from '../../config/brand-schema.ts';
import type { Seal } from '../../keys/seal.ts';
import type { Log } from '../../log.ts';
import type { BrandStore } from '../../store/contract.ts';
import type { VendorCall } from '../../telemetry/contract.ts';
import type { TokenVendor } from '../broker/token-vendor.ts';
import { createVendorHttp } from '../broker/vendor-http.ts';
import { createAccountsApi } from './accounts-api.ts';
import { createAgentGrants } from './agent-grants.ts';
import { createAgentOauth } from './agent-oauth.ts';
import { createAgentTokenGrant } from './agent-token-grant.ts';
import { type AgentTokens, createFixedAgentToken, createRenewedAgentTokens } from './agent-tokens.ts';
import { createCookieGrant } from './cookie-grant.ts';
import { livechatLinkName } from './link-name.ts';

export interface LiveChatVendorOptions {
  settings: LiveChatConfig;
  brand: string;
  store: BrandStore;
  seal: Seal;
  log: Log;
  fetch: typeof fetch;
  onVendorCall?: ((call: VendorCall & { platform: string }) => void) | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

/** LiveChat's custom identity provider, from our side: LiveChat issues the token, Parley knows whose it is. */
export function createLiveChatVendor(options: LiveChatVendorOptions): TokenVendor {
  const { settings, log, fetch, now, onVendorCall } = options;
  const http = createVendorHttp({
    title: 'LiveChat',
    fetch,
    log,
    onCall: (call) => onVendorCall?.({ ...call, platform: 'livechat' }),
  });
  const api = createAccountsApi(settings, http);
  const grant =
    settings.grant === 'cookie'
      ? createCookieGrant(settings, { api, now })
      : createAgentTokenGrant(settings, { api, agents: createAgents(options, http), now });
  return {
    ...grant,
    platform: 'livechat',
    title: 'LiveChat',
    linkName: livechatLinkName(settings),
    revoke: api.revoke,
    transfer: api.transferIdentity,
    ...(settings.update_customer && { updateProfile: api.updateCustomer }),
    // LiveChat's code compares `Date.now() >= creationDate + expiresIn`: both are milliseconds.
    toPage: ({ accessToken, customerId, createdAt, expiresAt }) => ({
      accessToken,
      entityId: customerId,
      expiresIn: expiresAt - createdAt,
      tokenType: 'Bearer',
      creationDate: createdAt,
      licenseId: settings.license_id,
      organizationId: settings.organization_id,
    }),
  };
}

function createAgents(
  { settings, brand, store, seal, now }: LiveChatVendorOptions,
  http: ReturnType<typeof createVendorHttp>,
): AgentTokens {
  if (settings.agent_token !== undefined) return createFixedAgentToken(settings.agent_token);
  return createRenewedAgentTokens({
    store,
    grants: createAgentGrants({ store, seal, brand, appId: settings.client_id }),
    oauth: createAgentOauth(settings, { http, now }),
    now,
  });
}
