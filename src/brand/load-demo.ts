import type { Middleware } from 'koa';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { RequestLog } from '../issuer/request-log.ts';

/** The demo and its twins are not even loaded unless a demo brand is served. */
export async function loadDemo(brand: BrandConfig, requestLog: RequestLog | undefined): Promise<Middleware> {
  const { createDemo } = await import('../twin/demo/create-demo.ts');
  const secretOf = (id: string) => brand.clients.find((client) => client.id === id)?.secret ?? '';
  return createDemo({
    issuer: brand.issuer,
    ...(requestLog && { listRequests: (clientId: string) => requestLog.list(clientId) }),
    clients: {
      storefront: { id: 'storefront', secret: secretOf('storefront') },
      livepersonTwin: { id: 'liveperson-twin', secret: secretOf('liveperson-twin') },
      livepersonTwinCode: { id: 'liveperson-twin-code', secret: secretOf('liveperson-twin-code') },
      livepersonTwinImplicit: { id: 'liveperson-twin-implicit' },
    },
    livechat: findLiveChat(brand),
  });
}

/** LiveChat's console, as the brand's client was filled in from it. */
function findLiveChat({ clients }: BrandConfig) {
  const client = clients.find(({ livechat }) => livechat);
  if (!client?.livechat) return undefined;
  const { client_id, client_secret = '', redirect_uri, organization_id, license_id } = client.livechat;
  return {
    client: client.id,
    app: {
      clientId: client_id,
      clientSecret: client_secret,
      redirectUris: [redirect_uri],
      scopes: ['customers:own'],
      organizationId: organization_id,
      licenseId: license_id,
    },
  };
}
