import type { ConsoleInput, ConsoleValue } from './preset-contract.ts';

/**
 * What is set in LiveChat's Developer Console, in the app's block "App Authorization", and what stands on the brand's
 * page. LiveChat calls nothing on this server.
 */
export function liveChatConsoleValues({ issuer, client }: ConsoleInput): ConsoleValue[] {
  const { livechat: settings } = client;
  return [
    { field: 'Client type', value: 'Server-side app' },
    {
      field: 'Redirect URI whitelist',
      value: settings?.redirect_uri ?? '(none yet: write livechat.redirect_uri into the brand file)',
      note: 'compared exactly',
    },
    ...(settings?.grant === 'cookie' ? [] : [scope]),
    {
      field: 'On the page, before the snippet',
      value: `<script src="${issuer}/parley-livechat.js" data-client="${client.id}"></script>`,
    },
  ];
}

const scope = {
  field: 'App scopes and API access',
  value: 'customers:own',
  note: 'then `npx parley livechat connect <client>`, by an administrator of LiveChat',
};
