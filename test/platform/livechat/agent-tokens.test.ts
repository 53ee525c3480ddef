import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { livechatSchema } from '../../../src/config/schema/livechat-schema.ts';
import { createSeal } from '../../../src/keys/seal.ts';
import { createVendorHttp } from '../../../src/platform/broker/vendor-http.ts';
import { createAgentGrants } from '../../../src/platform/livechat/agent-grants.ts';
import { createAgentOauth } from '../../../src/platform/livechat/agent-oauth.ts';
import { createRenewedAgentTokens } from '../../../src/platform/livechat/agent-tokens.ts';
import { createEmbeddedStore } from '../../../src/store/embedded-store.ts';
import type { Store } from '../../../src/store/contract.ts';
import { encryptionKey } from '../../support/livechat-site.ts';
import { livechatSettings, type RunningLiveChat, startLiveChatTwin } from '../../support/livechat-twin.ts';

describe("the administrator's consent", () => {
  let twin: RunningLiveChat;
  let store: Store;
  let folder: string;

  beforeAll(async () => {
    twin = await startLiveChatTwin();
    folder = await mkdtemp(join(tmpdir(), 'parley-agent-'));
    store = createEmbeddedStore({ folder, now: Date.now });
  });
  afterAll(async () => {
    await store.close();
    await twin.stop();
    await rm(folder, { recursive: true });
  });

  test('outlives an answer that LiveChat did not write', async () => {
    const settings = livechatSchema.parse(livechatSettings(twin.origin));
    const brand = store.forBrand('acme');
    const seal = createSeal([encryptionKey]);
    const grants = createAgentGrants({ store: brand, seal, brand: 'acme', appId: settings.client_id });
    const { accessToken, refreshToken } = twin.control.connectAgent();
    await grants.save({ accessToken, refreshToken, expiresAt: 0 });

    const gateway = [Response.json({ message: 'Forbidden' }, { status: 403 }), Response.json({})];
    const http = createVendorHttp({
      title: 'LiveChat',
      fetch: async (...request) => gateway.shift() ?? fetch(...request),
      log: { error() {}, info() {} },
    });
    const oauth = createAgentOauth(settings, { http, now: Date.now });
    const agents = createRenewedAgentTokens({ store: brand, grants, oauth, now: Date.now });
    await expect(agents.get()).rejects.toMatchObject({ fault: 'failed' });
    await expect(agents.get()).rejects.toMatchObject({ fault: 'failed' });
    expect(await agents.get()).toMatch(/^dal:/);

    twin.control.revokeAgents('access_and_refresh');
    const last = await agents.get();
    await expect(agents.renew(last)).rejects.toMatchObject({ fault: 'access_refused' });
    const asked = twin.control.count('agent_token');
    await expect(agents.renew(last)).rejects.toMatchObject({ fault: 'access_refused' });
    expect(twin.control.count('agent_token')).toBe(asked);
  });
});
