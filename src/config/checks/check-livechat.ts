import type { BrandConfig, ClientConfig, LiveChatConfig } from '../brand-schema.ts';
import type { ConfigPath, Problem } from '../contract.ts';
import { error, warning } from '../problem.ts';
import { hasCredentials, isProtected } from '../web-address.ts';

/** What each of LiveChat's grants needs, and addresses over which its secrets may travel. */
export function checkLiveChat({ clients, demo }: BrandConfig): Problem[] {
  return clients.flatMap((client, index) => {
    const at: At = (...keys) => ['clients', index, 'livechat', ...keys];
    if (client.livechat) return checkSettings(client, client.livechat, at);
    return demo ? [] : checkAbsence(client, at());
  });
}

type At = (...keys: string[]) => ConfigPath;

/** Such a client embeds no chat yet, which is how it begins. */
function checkAbsence({ platform }: ClientConfig, path: ConfigPath): Problem[] {
  if (platform !== 'livechat') return [];
  const fix = 'add livechat: { client_id: …, organization_id: …, license_id: …, redirect_uri: … }';
  return [warning(path, 'is missing: LiveChat gives no tokens to this client', fix)];
}

function checkSettings({ platform, pages = [] }: ClientConfig, settings: LiveChatConfig, at: At): Problem[] {
  if (platform !== 'livechat')
    return [error(at(), 'belongs to another platform', 'add platform: livechat, or remove it')];
  const noPage = warning(
    at(),
    'has no page that could ask for a token',
    'name the pages with the chat: pages: [https://…]',
  );
  return [
    ...checkGrant(settings, at),
    ...checkAddress(settings.redirect_uri, at('redirect_uri')),
    ...checkBase(settings.accounts_url, at('accounts_url')),
    ...checkBase(settings.api_url, at('api_url')),
    ...(pages.length > 0 ? [] : [noPage]),
  ];
}

function checkGrant(settings: LiveChatConfig, at: At): Problem[] {
  const { grant, agent_token: agentToken, client_secret: secret, token_lifetime: lifetime } = settings;
  if (grant === 'cookie') {
    return [
      ...(agentToken === undefined
        ? []
        : [
            error(
              at('agent_token'),
              'is never used with grant: cookie',
              'remove it, or write grant: agent_token',
            ),
          ]),
      ...(lifetime === undefined
        ? []
        : [error(at('token_lifetime'), 'cannot be chosen with grant: cookie', 'remove it')]),
    ];
  }
  return [...checkAgentAccess(agentToken, secret, at), ...checkLifetime(lifetime, at)];
}

/** LiveChat's SDK replaces whatever ends within the hour, with each page that it starts on. */
function checkLifetime(lifetime: number | undefined, at: At): Problem[] {
  if (lifetime === undefined || lifetime > 3600) return [];
  const fix = "write more than 3600, or remove it for LiveChat's 28800";
  return [warning(at('token_lifetime'), 'costs a call of LiveChat with each page that shows the chat', fix)];
}

function checkAgentAccess(agentToken: string | undefined, secret: string | undefined, at: At): Problem[] {
  if (agentToken !== undefined) {
    const fix = 'for more than a trial, remove it and run `npx parley livechat connect <client>`';
    return [warning(at('agent_token'), 'ends 8 hours after it was made, and the chat with it', fix)];
  }
  if (secret !== undefined) return [];
  const fix = "add the app's Client Secret: ${file:…}. Tokens are renewed with it";
  return [error(at('client_secret'), 'is missing for grant: agent_token', fix)];
}

function checkAddress(address: string, path: ConfigPath): Problem[] {
  const url = URL.parse(address);
  if (!url) return [error(path, 'must be an absolute URL', 'write it in full, as the console has it')];
  if (!isProtected(url)) return [error(path, 'must be https', 'write https://…; http is for localhost only')];
  return [];
}

/** Tokens and secrets of every consumer go there. */
function checkBase(address: string, path: ConfigPath): Problem[] {
  const url = URL.parse(address);
  if (!url)
    return [error(path, 'must be an absolute URL', 'remove it: the default is right outside of tests')];
  if (!isProtected(url)) return [error(path, 'must be https', 'write https://…; http is for localhost only')];
  if (/[?#]/.test(address) || hasCredentials(url) || address.endsWith('/'))
    return [
      error(path, 'must be a plain base address', 'write it without ?, #, @ and without a slash at its end'),
    ];
  return [];
}
