import { z } from 'zod';
import { createManagedLinks } from '../operations/manage-links.ts';
import { explainAccount, redactClaims } from '../operations/show-claims.ts';
import type { AdminOptions, AdminSite } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';
import { findClient, findSite } from './find-site.ts';
import { type Operation, operation } from './operation.ts';
import { accountId, brandName, clientId, time } from './words.ts';

/** More than anybody has who is no program. */
const mostSessions = 200;

/** What concerns one consumer. */
export function createAccountOperations(options: AdminOptions): Operation[] {
  const account = { brand: brandName, account: accountId };
  return [
    operation({
      id: 'listSessions',
      method: 'get',
      path: '/brands/{brand}/accounts/{account}/sessions',
      scope: 'admin:read',
      summary: `Where a consumer is signed in: the newest ${mostSessions} sessions, oldest first.`,
      params: account,
      answer: z
        .strictObject({
          total: z.int(),
          sessions: z.array(
            z.strictObject({
              uid: z.string(),
              began_at: time,
              ends_at: time,
              way: z.enum(['session', 'assertion', 'password', 'away']).optional(),
              clients: z.array(z.string()),
            }),
          ),
        })
        .meta({ title: 'Sessions' }),
      async run({ params }) {
        const sessions = await findSite(options, params.brand).sessions.list(params.account);
        return { total: sessions.length, sessions: sessions.slice(-mostSessions) };
      },
    }),
    operation({
      id: 'endSessions',
      method: 'delete',
      path: '/brands/{brand}/accounts/{account}/sessions',
      scope: 'admin:write',
      summary:
        'Sign a consumer out everywhere: sessions, codes and tokens are dead, relying parties are told.',
      params: account,
      answer: z.strictObject({ ended_sessions: z.int() }).meta({ title: 'EndedSessions' }),
      async run({ params }) {
        return { ended_sessions: await findSite(options, params.brand).sessions.end(params.account) };
      },
    }),
    operation({
      id: 'listLinks',
      method: 'get',
      path: '/brands/{brand}/accounts/{account}/links',
      scope: 'admin:read',
      summary: "A consumer's permanent links to platforms' customers.",
      params: account,
      answer: links,
      async run({ params }) {
        const managed = await linksOf(options, findSite(options, params.brand));
        return { links: ((await managed?.findAll(params.account)) ?? []).map(withoutSecret) };
      },
    }),
    operation({
      id: 'unlink',
      method: 'delete',
      path: '/brands/{brand}/accounts/{account}/links',
      scope: 'admin:write',
      summary:
        "Revoke a consumer's tokens and remove the links, for a request of erasure; there is no way back.",
      params: account,
      answer: links,
      async run({ params }) {
        const managed = await linksOf(options, findSite(options, params.brand));
        return { links: ((await managed?.unlink(params.account)) ?? []).map(withoutSecret) };
      },
    }),
    operation({
      id: 'explainClaims',
      method: 'get',
      path: '/brands/{brand}/accounts/{account}/claims',
      scope: 'admin:read',
      summary: 'Which claims a client would get about a consumer, and why; personal values are left out.',
      params: account,
      query: { client: clientId, scope: z.string().max(500).optional() },
      answer: z
        .strictObject({
          tokens: z.array(
            z.strictObject({
              token: z.string(),
              claims: z.array(
                z.strictObject({ claim: z.string(), value: z.unknown().optional(), why: z.string() }),
              ),
            }),
          ),
        })
        .meta({ title: 'ExplainedClaims' }),
      async run({ params, query }) {
        const site = findSite(options, params.brand);
        const shown = await explainAccount(options.config, site.directory, {
          brand: site.config,
          client: findClient(site, query.client),
          accountId: params.account,
          scopes: ['openid', ...(query.scope?.split(' ') ?? [])],
        });
        if (!shown) {
          throw new AdminRefusal(
            404,
            'account_unknown',
            'the directory has no such account, or it is disabled',
          );
        }
        return { tokens: redactClaims(shown).tokens };
      },
    }),
  ];
}

const links = z
  .strictObject({
    links: z.array(z.strictObject({ platform: z.string(), customer_id: z.string(), created_at: time })),
  })
  .meta({ title: 'Links' });

/** Undefined for a brand without links: its seal may have no keys. */
async function linksOf({ loadSeal }: AdminOptions, { brand, config, store, brokers }: AdminSite) {
  if (!config.clients.some(({ livechat }) => livechat)) return undefined;
  return createManagedLinks({ store, brokers, seal: await loadSeal() }, { brand, clients: config.clients });
}

function withoutSecret(link: { platform: string; customer_id: string; created_at: number }) {
  return {
    platform: link.platform,
    customer_id: link.customer_id,
    created_at: new Date(link.created_at * 1000).toISOString(),
  };
}
