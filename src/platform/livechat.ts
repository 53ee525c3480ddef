import { resolvePlainClient } from './plain-client.ts';
import type { PlatformPreset } from './preset-contract.ts';

/**
 * LiveChat's custom identity provider works the other way round: LiveChat issues the token. Of OpenID Connect
 * its client uses nothing; it names the pages that may embed the chat.
 */
export const livechat: PlatformPreset = {
  id: 'livechat',
  title: 'LiveChat',
  applyTo(client) {
    const flows = client.flows ?? [];
    return { ...resolvePlainClient({ ...client, flows }), first_party: client.first_party ?? true };
  },
  check() {
    return [];
  },
  consoleValues() {
    return [];
  },
};
