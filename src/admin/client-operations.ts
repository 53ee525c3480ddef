import { z } from 'zod';
import { resolveClient } from '../platform/resolve-client.ts';
import type { AdminOptions } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';
import { findClient, findSite } from './find-site.ts';
import { type Operation, operation } from './operation.ts';
import { brandName, clientId, time } from './words.ts';

/** What is known of a brand's clients; never a secret. */
export function createClientOperations(options: AdminOptions): Operation[] {
  return [
    operation({
      id: 'listClients',
      method: 'get',
      path: '/brands/{brand}/clients',
      scope: 'admin:read',
      summary: 'The clients of a brand.',
      params: { brand: brandName },
      answer: z
        .strictObject({
          clients: z.array(
            z.strictObject({
              id: z.string(),
              platform: z.string().optional(),
              flows: z.array(z.string()),
              grants: z.array(z.string()),
              redirect_uris: z.array(z.string()),
              pages: z.array(z.string()),
            }),
          ),
        })
        .meta({ title: 'Clients' }),
      async run({ params }) {
        const { config } = findSite(options, params.brand);
        return {
          clients: config.clients.map((client) => {
            const { id, platform, flows, grants = [], redirect_uris, pages } = resolveClient(client);
            return {
              id,
              ...(platform && { platform }),
              flows: [...flows],
              grants: [...grants],
              redirect_uris: [...redirect_uris],
              pages: [...pages],
            };
          }),
        };
      },
    }),
    operation({
      id: 'listRequests',
      method: 'get',
      path: '/brands/{brand}/clients/{client}/requests',
      scope: 'admin:read',
      summary: "A client's last requests of a day, oldest first, with the reason of each refusal.",
      params: { brand: brandName, client: clientId },
      answer: z
        .strictObject({
          requests: z.array(
            z.strictObject({
              at: time,
              endpoint: z.string(),
              outcome: z.enum(['answered', 'asked', 'refused', 'failed']),
              error: z.string().optional(),
              parameter: z.string().optional(),
              description: z.string().optional(),
              support_id: z.string(),
            }),
          ),
        })
        .meta({ title: 'Requests' }),
      async run({ params }) {
        const site = findSite(options, params.brand);
        const { id } = findClient(site, params.client);
        if (!site.requestLog) {
          throw new AdminRefusal(404, 'not_kept', 'the brand keeps no requests (request_log: false)');
        }
        const requests = await site.requestLog.list(id);
        return {
          requests: requests.map(({ at, supportId, ...request }) => ({
            at: new Date(at).toISOString(),
            ...request,
            support_id: supportId,
          })),
        };
      },
    }),
  ];
}
