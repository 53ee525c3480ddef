import { withBrandVault } from './brand-vault.ts';
import type { BrandConfig, LiveChatConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import { createVendorHttp } from '../platform/broker/vendor-http.ts';
import { createAgentGrants } from '../platform/livechat/agent-grants.ts';
import { createAgentOauth } from '../platform/livechat/agent-oauth.ts';
import { type ConnectAgentOptions, connectAgent } from '../platform/livechat/connect-agent.ts';

/** Stores an administrator's consent where the running server finds it. */
export function connectLiveChat(
  config: Config,
  { brand, settings }: { brand: BrandConfig; settings: LiveChatConfig },
  { consent, randomBytes }: Pick<ConnectAgentOptions, 'consent' | 'randomBytes'>,
): Promise<void> {
  return withBrandVault(config, brand, async ({ store, seal, log, fetch }) => {
    const http = createVendorHttp({ title: 'LiveChat', fetch, log });
    const oauth = createAgentOauth(settings, { http, now: Date.now });
    const grants = createAgentGrants({ store, seal, brand: brand.brand, appId: settings.client_id });
    await connectAgent({ oauth, grants, store, randomBytes, consent });
  });
}
