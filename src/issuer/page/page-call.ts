import type { Context } from 'koa';
import type { Session } from 'oidc-provider';
import type { Log } from '../../log.ts';
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

/** The client and its page, or an answer that says no and nothing more: the log has the reason. */
export async function provePageCall(
  { clients, issuer, log }: Pages & { log: Log },
  ctx: Context,
): Promise<PageCall | undefined> {
  const form = await readForm(ctx);
  const [id, second] = form.getAll('client_id');
  const client = second === undefined ? clients.find((known) => known.id === id) : undefined;
  const page = client && findProvenPage(ctx, client.pages, new URL(issuer).origin);
  if (client && page) {
    allowPage(ctx, page);
    ctx.state['provenClientId'] = client.id;
    return { ctx, client, page, form };
  }
  refuse(ctx, 403, 'access_denied', 'this page may not ask for this client');
  const detail = describeRefusal(ctx, { client, isNamed: id !== undefined });
  log.info(
    { supportId: ctx.state['requestId'], clientId: client?.id, error: 'access_denied', detail },
    'request refused',
  );
  return undefined;
}

/** For whoever connects a page: browsers tell the page nothing of an answer that it may not read. */
function describeRefusal(
  ctx: Context,
  { client, isNamed }: { client: ResolvedClient | undefined; isNamed: boolean },
): string {
  if (!isNamed) return 'the body is no form (application/x-www-form-urlencoded) with a client_id';
  if (!client) return 'client_id names no client, or stands twice';
  const origin = ctx.get('Origin').slice(0, 200);
  if (!origin) return 'the request has no Origin: it does not come from a page, or a proxy drops the header';
  return `the page ${origin} is not one of the client's pages`;
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
