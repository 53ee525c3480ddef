import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppRegistration } from '../../src/twin/livechat/app-registration.ts';
import {
  createLiveChatTwin,
  type LiveChatControl,
  type LiveChatTwinOptions,
} from '../../src/twin/livechat/livechat-twin.ts';

/** The app of the tests, as LiveChat's Developer Console has it. */
export const livechatApp: AppRegistration = {
  clientId: '9cbf3a968289727cb3cdfe83ab1d9836',
  clientSecret: 'test-livechat-client-secret-0123456789',
  redirectUris: ['https://www.acme.example/chat', 'http://127.0.0.1:49152/connected'],
  scopes: ['customers:own'],
  organizationId: '390e44e6-f1e6-4368-a6dd-74b14508c2e0',
  licenseId: 1520,
};

export interface RunningLiveChat {
  /** Accounts and chat API alike. */
  origin: string;
  control: LiveChatControl;
  /** For servers that play LiveChat's hosts by name. */
  handle: RequestListener;
  stop(): Promise<void>;
}

/** LiveChat's twin on a free port of loopback. */
export async function startLiveChatTwin(
  options: Partial<LiveChatTwinOptions> = {},
): Promise<RunningLiveChat> {
  const { app, control } = createLiveChatTwin({ app: livechatApp, ...options });
  const callback = app.callback();
  const handle: RequestListener = (request, response) => void callback(request, response);
  // Never closes a connection by itself: a request could be on its way there when a machine that stood still goes on.
  const server = createServer({ keepAliveTimeout: 0 }, handle);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    control,
    handle,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** `livechat` of a client in a brand file, at the twin. */
export function livechatSettings(
  origin: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    client_id: livechatApp.clientId,
    client_secret: livechatApp.clientSecret,
    organization_id: livechatApp.organizationId,
    license_id: livechatApp.licenseId,
    redirect_uri: 'https://www.acme.example/chat',
    accounts_url: origin,
    api_url: origin,
    ...more,
  };
}
