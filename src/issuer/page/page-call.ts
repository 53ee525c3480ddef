import type { Context } from 'koa';
import type { Session } from 'oidc-provider';
import type { ResolvedClient } from '../../platform/resolve-client.ts';
import { allowPage, findProvenPage } from './page-proof.ts';
import { readForm } from './read-form.ts';

/** A request of a brand's page that has proved where it comes from. */
export interface PageCall {
  ctx: Context;
  client: ResolvedClient;
  /** The page's origin. */
  page: string;
  form: URLSearchParams;
}

/** For whom a page asks: always out of our session, never out of the request's own words. */
export interface PageConsumer {
  accountId: string;
  /** As this client's tokens name the consumer. */
  sub: string;
  session: Session;
  /** Asked again, after work that took its time: a sign-out may have come meanwhile. */
  isStillSignedIn(): Promise<boolean>;
}

/** Answers the undefined visitor too: nobody is signed in, or nobody who may be served. */
export type FindPageConsumer = (call: PageCall) => Promise<PageConsumer | undefined>;

interface Pages {
  issuer: string;
  clients: readonly ResolvedClient[];
}

/** The client and its page, or an answer that says no and nothing more. */
export async function provePageCall({ clients, issuer }: Pages, ctx: Context): Promise<PageCall | undefined> {
  const form = await readForm(ctx);
  const ids = form.getAll('client_id');
  const client = ids.length === 1 ? clients.find(({ id }) => id === ids[0]) : undefined;
  const page = client && findProvenPage(ctx, client.pages, new URL(issuer).origin);
  if (client && page) {
    allowPage(ctx, page);
    ctx.state['provenClientId'] = client.id;
    return { ctx, client, page, form };
  }
  refuse(ctx, 403, 'access_denied', 'this page may not ask for this client');
  return undefined;
}

/** Browsers ask first when a page adds headers of its own. Nothing of the client is known then. */
export function answerPreflight({ clients, issuer }: Pages, ctx: Context): void {
  const pages = clients.flatMap((client) => client.pages);
  const page = ctx.get('Origin') ? findProvenPage(ctx, pages, new URL(issuer).origin) : undefined;
  if (!page) return refuse(ctx, 403, 'access_denied', 'this page is not known');
  allowPage(ctx, page);
  ctx.set('Access-Control-Allow-Methods', 'POST');
  ctx.set('Access-Control-Allow-Headers', 'Content-Type');
  ctx.set('Access-Control-Max-Age', '600');
  ctx.status = 204;
}

/** An error as a page's script reads it. */
export function refuse(ctx: Context, status: number, error: string, description: string): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { error, error_description: description, support_id: ctx.state['requestId'] };
}
