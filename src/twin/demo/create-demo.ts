import { randomBytes as randomBytesOfNode } from 'node:crypto';
import type { Middleware } from 'koa';
import type { AppRegistration } from '../livechat/app-registration.ts';
import type { Flow } from '../liveperson/connector.ts';
import { createConversations } from '../liveperson/conversations.ts';
import { createLivePersonServer, type LivePersonServer } from '../liveperson/liveperson-server.ts';
import { createChat } from './chat.ts';
import { createEmbeddedWindows } from './embedded-windows.ts';
import { createLiveChatSide } from './livechat-side.ts';
import { createLivePersonWindow } from './liveperson-window.ts';
import { createRoutes } from './routes.ts';
import { createSessions } from './sessions.ts';
import { createStorefront } from './storefront.ts';

/**
 * The demo storefront "Fernway Mobile" with LivePerson's window or LiveChat's widget and an agent's workspace beside
 * it, under /demo of the brand's issuer. It talks to the issuer over HTTP only, as a shop and the platforms would.
 */
export interface DemoOptions {
  issuer: string;
  clients: {
    /** redirect_uri {issuer}/demo/callback, post_logout_redirect_uri {issuer}/demo; public without a secret. */
    storefront: { id: string; secret?: string };
    /** redirect_uri {issuer}/demo/liveperson/window; code flow with PKCE. */
    livepersonTwin: { id: string; secret: string };
    /** The same redirect_uri; code flow without PKCE. */
    livepersonTwinCode: { id: string; secret: string };
    /** The same redirect_uri; response_type=id_token without nonce. */
    livepersonTwinImplicit: { id: string };
  };
  /** The client whose page endpoints give LiveChat's tokens, and its app; absent: LivePerson alone is shown. */
  livechat?: { client: string; app: AppRegistration } | undefined;
  /** What the issuer noted of a client's requests, oldest first: without secrets, codes, tokens and states. */
  listRequests?: (clientId: string) => Promise<readonly object[]>;
  fetch?: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  now?: () => number;
  randomBytes?: (size: number) => Buffer;
}

export function createDemo({
  issuer,
  clients,
  livechat,
  listRequests = async () => [],
  fetch = globalThis.fetch,
  now = Date.now,
  randomBytes = randomBytesOfNode,
}: DemoOptions): Middleware {
  const twins = {
    code: clients.livepersonTwinCode,
    pkce: clients.livepersonTwin,
    implicit: { ...clients.livepersonTwinImplicit, secret: '' },
  };
  const clientIds = { code: twins.code.id, pkce: twins.pkce.id, implicit: twins.implicit.id };
  const servers = { code: createTwin('code'), pkce: createTwin('pkce'), implicit: createTwin('implicit') };
  const window = createLivePersonWindow({ issuer, clientIds, servers, randomBytes });
  const embedded = createEmbeddedWindows({ issuer, servers, randomBytes });

  function createTwin(flow: Flow): LivePersonServer {
    const base = issuer.replace(/\/$/, '');
    const { id, secret } = twins[flow];
    const connector = {
      jwtIssuer: issuer,
      tokenEndpoint: `${base}/token`,
      jwksEndpoint: `${base}/jwks`,
      clientId: id,
      clientSecret: secret,
      flow,
    };
    return createLivePersonServer({ connector, fetch, now });
  }

  return createRoutes({
    issuer,
    sessions: createSessions({ now, randomBytes }),
    storefront: createStorefront({ issuer, client: clients.storefront, fetch }),
    window,
    clientIds,
    livechat: livechat && { client: livechat.client, ...createLiveChatSide({ app: livechat.app, now }) },
    listRequests: (flow) => listRequests(clientIds[flow]),
    chat: createChat({
      issuer,
      window,
      embedded,
      conversations: createConversations({ now, randomBytes }),
      now,
    }),
  });
}
