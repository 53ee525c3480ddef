import type { Context, Middleware, Next } from 'koa';
import type { Provider, Session } from 'oidc-provider';
import type { ResolvedClient } from '../../platform/resolve-client.ts';
import type { BrandCookies } from '../cookies.ts';
import { readForm } from './read-form.ts';
import { allowPage, findProvenPage } from './page-proof.ts';
import type { PageRequests } from './page-requests.ts';

export interface PageRoutesOptions {
  provider: Provider;
  issuer: string;
  clients: readonly ResolvedClient[];
  cookies: BrandCookies;
  requests: PageRequests;
  /** The subject of the session's consumer at this client; undefined when nobody may be served. */
  findSubject(session: Session, client: ResolvedClient): Promise<string | undefined>;
  endSession(session: Session): Promise<void>;
}

interface PageCall {
  ctx: Context;
  client: ResolvedClient;
  page: string;
  form: URLSearchParams;
}

/**
 * What a brand's page may ask without navigating: a code or an ID token (`/page/authorize`), who is signed in
 * (`/page/identity`), the end of the session (`/page/sign-out`). All are POST with a form body and need the page
 * proof before anything else happens.
 */
export function createPageRoutes(options: PageRoutesOptions): Middleware {
  const endpoints: Record<string, (call: PageCall, next: Next) => Promise<void>> = {
    '/page/authorize': (call, next) => authorize(options, call, next),
    '/page/identity': (call) => answerIdentity(options, call),
    '/page/sign-out': (call) => signOut(options, call),
  };
  return async (ctx: Context, next: Next) => {
    const endpoint = Object.hasOwn(endpoints, ctx.path) ? endpoints[ctx.path] : undefined;
    if (!endpoint) {
      await next();
      return;
    }
    if (ctx.method === 'OPTIONS') answerPreflight(options, ctx);
    else if (ctx.method === 'POST') {
      const call = await proveCall(options, ctx);
      if (call) await endpoint(call, next);
    } else refuse(ctx, 405, 'invalid_request', 'use POST');
  };
}

/** The client and its page, or an answer that says no and nothing more. */
async function proveCall(
  { clients, issuer }: PageRoutesOptions,
  ctx: Context,
): Promise<PageCall | undefined> {
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
function answerPreflight({ clients, issuer }: PageRoutesOptions, ctx: Context): void {
  const pages = clients.flatMap((client) => client.pages);
  const page = ctx.get('Origin') ? findProvenPage(ctx, pages, new URL(issuer).origin) : undefined;
  if (!page) return refuse(ctx, 403, 'access_denied', 'this page is not known');
  allowPage(ctx, page);
  ctx.set('Access-Control-Allow-Methods', 'POST');
  ctx.set('Access-Control-Allow-Headers', 'Content-Type');
  ctx.set('Access-Control-Max-Age', '600');
  ctx.status = 204;
}

/**
 * Hands the form to the library's authorization pipeline as a silent request whose answer is JSON, so that every
 * check of the library still runs.
 */
async function authorize(
  { requests }: PageRoutesOptions,
  { ctx, page, form }: PageCall,
  next: Next,
): Promise<void> {
  const fault = findFault(form);
  if (fault) {
    refuse(ctx, 400, 'invalid_request', fault);
    return;
  }
  requests.mark(ctx, { page, expectedSubject: form.get('expected_sub') ?? undefined });
  form.delete('expected_sub');
  for (const [name, value] of Object.entries(fixedParameters)) form.set(name, value);
  ctx.method = 'GET';
  ctx.path = '/auth';
  ctx.querystring = form.toString();
  await next();
}

const fixedParameters = { prompt: 'none', response_mode: 'json' };

/** What would lead the answer elsewhere. */
function findFault(form: URLSearchParams): string | undefined {
  for (const [name, value] of Object.entries(fixedParameters)) {
    if (form.getAll(name).some((given) => given !== value)) return `${name} can only be ${value} here`;
  }
  // Inside these stand parameters of their own, a response mode among them.
  if (form.has('request') || form.has('request_uri')) return 'request and request_uri are not accepted here';
  return undefined;
}

async function answerIdentity(options: PageRoutesOptions, { ctx, client }: PageCall): Promise<void> {
  const session = await options.provider.Session.get(ctx);
  const sub = session.accountId ? await options.findSubject(session, client) : undefined;
  ctx.status = 200;
  // LivePerson's identity function answers null for an anonymous visitor; JSON's null is that answer.
  ctx.type = 'json';
  ctx.body = JSON.stringify(sub === undefined ? null : { iss: options.issuer, sub });
}

async function signOut(
  { provider, cookies, endSession }: PageRoutesOptions,
  { ctx }: PageCall,
): Promise<void> {
  const session = await provider.Session.get(ctx);
  if (session.accountId) await endSession(session);
  ctx.cookies.set(cookies.names.session, null, cookies.long);
  ctx.status = 200;
  ctx.body = { signed_out: true };
}

function refuse(ctx: Context, status: number, error: string, description: string): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { error, error_description: description, support_id: ctx.state['requestId'] };
}
