import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { brandIssuer, createBrandSigner } from '../brand-signer.ts';
import { startBrandServer } from '../brand-site.ts';
import { findFreePort } from '../free-port.ts';
import { livechatSettings, startLiveChatTwin } from '../livechat-twin.ts';
import { spawnParley } from '../spawn-parley.ts';
import { testBrand, testClients } from '../test-brand.ts';

/**
 * A Parley with every way to sign in and every kind of client, so that every address is there, and with everything
 * that it asks at hand: a 5xx is then its own fault.
 */
export async function startTarget() {
  const port = await findFreePort();
  const [shop, livechat] = await Promise.all([startBrandServer(), startLiveChatTwin()]);
  const signer = await createBrandSigner(`http://localhost:${port}`);
  const verify = { issuer: brandIssuer, jwks: signer.jwks };
  const upstream = {
    issuer: `http://127.0.0.1:${port}`,
    client_id: 'parley',
    client_secret: 'upstream-secret-0123456789',
  };
  // In memory where there is such a folder: a disk that is waited for is not what is tested.
  const folder = existsSync('/dev/shm') ? await mkdtemp('/dev/shm/parley-fuzz-') : undefined;
  const parley = await spawnParley({
    port,
    ...(folder && { store: `embedded:${folder}` }),
    serverYaml: { trusted_proxies: ['127.0.0.1', '::1'] },
    env: { LOG_LEVEL: 'error' },
    brands: [
      testBrand({
        login: [
          { password: {} },
          { session: { url: shop.url, cookies: ['sid'] } },
          { assertion: { verify } },
          { brand: { url: `${brandIssuer}/login`, verify } },
          { upstream: { ...upstream, account: 'sub' } },
        ],
        clients: [
          ...testClients().map((client) => ({
            ...client,
            pages: [brandIssuer],
            ...(client['id'] === 'web' && { grants: ['jwt-bearer', 'token-exchange'] }),
          })),
          {
            id: 'livechat',
            platform: 'livechat',
            pages: [brandIssuer],
            livechat: livechatSettings(livechat.origin, {
              agent_token: livechat.control.connectAgent().accessToken,
            }),
          },
        ],
      }),
      testBrand({
        brand: 'upstream',
        issuer: upstream.issuer,
        clients: [
          {
            id: upstream.client_id,
            secret: upstream.client_secret,
            redirect_uris: [`http://localhost:${port}/login/upstream`],
            first_party: true,
          },
        ],
      }),
    ],
  });
  return {
    parley,
    async stop() {
      await parley.stop();
      await Promise.all([shop.stop(), livechat.stop()]);
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}
