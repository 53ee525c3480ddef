import { liveChatConsoleValues } from './livechat-console.ts';
import { resolvePlainClient } from './plain-client.ts';
import type { PlatformPreset } from './preset-contract.ts';

/**
 * LiveChat's custom identity provider works the other way round: LiveChat issues the token. Its client has no flow; it
 * names the pages that embed the chat, and these sign consumers in without any answer (`response_type=none`).
 */
export const livechat: PlatformPreset = {
  id: 'livechat',
  title: 'LiveChat',
  documentation: 'docs/platforms/livechat.md',
  applyTo(client) {
    const flows = client.flows ?? [];
    const resolved = resolvePlainClient({ ...client, flows });
    return {
      ...resolved,
      redirect_uris: client.redirect_uris ?? resolved.pages,
      first_party: client.first_party ?? true,
      sector_identifier_uri: 'https://accounts.livechat.com/',
    };
  },
  check() {
    return [];
  },
  consoleValues: liveChatConsoleValues,
};
