import { describe, expect, test } from '@jest/globals';
import { livechatSettings } from '../support/livechat-twin.ts';
import { createTemporaryConfig, goodBrand, headline } from './temporary-config.ts';

const settings = livechatSettings('https://livechat.example');

/** What the operator reads about a good brand with a LiveChat client of these settings. */
async function linesOf(livechat: object | undefined, more: object = {}): Promise<string[]> {
  const client = {
    id: 'chat',
    platform: 'livechat',
    pages: ['https://www.acme.example'],
    ...(livechat && { livechat }),
    ...more,
  };
  const brand = `${goodBrand}  - ${JSON.stringify(client)}\n`;
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brand });
  try {
    return (await config.problems()).map(headline).map((line) => line.replace(/^.*clients\[2\]\.?/, ''));
  } finally {
    await config.remove();
  }
}

describe("a client's LiveChat settings", () => {
  test('are right for either grant', async () => {
    expect(await linesOf(settings)).toEqual([]);
    const { client_secret: _, ...withoutSecret } = settings;
    expect(await linesOf({ ...withoutSecret, grant: 'cookie', addressing: 'v1', group_id: 0 })).toEqual([]);
  });

  test.each([
    [
      'no secret to renew the agent token with',
      { client_secret: undefined },
      'livechat.client_secret: is missing for grant: agent_token',
    ],
    [
      'a fixed agent token',
      { client_secret: undefined, agent_token: 'dal:a-fixed-token' },
      'livechat.agent_token: warning: ends 8 hours after it was made, and the chat with it',
    ],
    [
      'an agent token that the grant does not use',
      { grant: 'cookie', agent_token: 'dal:a-fixed-token' },
      'livechat.agent_token: is never used with grant: cookie',
    ],
    [
      'a lifetime that the grant does not take',
      { grant: 'cookie', token_lifetime: 600 },
      'livechat.token_lifetime: cannot be chosen with grant: cookie',
    ],
    [
      "a lifetime that LiveChat's SDK never keeps to",
      { token_lifetime: 3600 },
      'livechat.token_lifetime: warning: costs a call of LiveChat with each page that shows the chat',
    ],
    ['a client id of another kind', { client_id: 'my-app' }, 'livechat.client_id: has the wrong form'],
    [
      'a license for an organization',
      { organization_id: '1520' },
      'livechat.organization_id: has the wrong form',
    ],
    ['no license', { license_id: undefined }, 'livechat.license_id: is missing'],
    ['no redirect URI', { redirect_uri: undefined }, 'livechat.redirect_uri: is missing'],
    ['half a redirect URI', { redirect_uri: '/chat' }, 'livechat.redirect_uri: must be an absolute URL'],
    [
      'accounts over plain http',
      { accounts_url: 'http://accounts.example' },
      'livechat.accounts_url: must be https',
    ],
    [
      'a slash at the end',
      { api_url: 'https://api.livechatinc.com/' },
      'livechat.api_url: must be a plain base address',
    ],
    ['another grant', { grant: 'implicit' }, 'livechat.grant: must be one of agent_token, cookie'],
  ])('%s', async (_, more, line) => {
    expect(await linesOf({ ...settings, ...more })).toEqual([line]);
  });

  test('no message repeats a value: it could be a secret', async () => {
    const lines = await linesOf({ ...settings, client_secret: undefined, agent_token: 'short' });
    expect(lines.join()).not.toContain('short');
    expect(lines).not.toEqual([]);
  });

  test('need encryption keys in production', async () => {
    const client = {
      id: 'chat',
      platform: 'livechat',
      pages: ['https://www.acme.example'],
      livechat: settings,
    };
    const config = await createTemporaryConfig({
      'config/brands/acme.yaml': `${goodBrand}  - ${JSON.stringify(client)}\n`,
    });
    const production = { NODE_ENV: 'production', PARLEY_COOKIE_KEYS: 'k'.repeat(32) };
    expect((await config.problems(production)).map(headline)).toEqual([
      'server.yaml encryption_keys: is missing in production: the brand acme keeps secrets of LiveChat in the store',
    ]);
    expect(await config.problems({ ...production, PARLEY_ENCRYPTION_KEYS: 'e'.repeat(32) })).toEqual([]);
    await config.remove();
  });

  test('belong to a client of LiveChat, and such a client has them and a page', async () => {
    expect(await linesOf(settings, { platform: 'liveperson', secret: 'a-secret-of-good-length' })).toEqual([
      'livechat: belongs to another platform',
    ]);
    expect(await linesOf(undefined)).toEqual([
      'livechat: warning: is missing: LiveChat gives no tokens to this client',
    ]);
    expect(await linesOf(settings, { pages: [] })).toEqual([
      'livechat: warning: has no page that could ask for a token',
    ]);
  });
});
