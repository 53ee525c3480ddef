import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import type { SiteEntry } from '../site-table.ts';

/** An answer of the library's that is the same for everybody for as long as its brand's site stands. */
export interface PublicDocument {
  body: Buffer;
  /** The same, each character one byte (latin1): http writes it in one piece with the headers. */
  characters: string;
  etag: string;
  /** Names and values in turn, as http writes them. */
  headers: readonly string[];
  /** The same without those that describe the body, for who has it already (RFC 9110 section 15.4.5). */
  headersOfKnown: readonly string[];
}

/** Below an issuer: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3, and the key set. */
const documentPaths = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/jwks',
] as const;

/** Written anew for each answer: whose it is, and who may read it. */
const ownHeaders: ReadonlySet<string> = new Set([
  'x-request-id',
  'access-control-allow-origin',
  'content-length',
  'content-type',
  'etag',
]);

/** Whether a request for this address may be about a document; most are not. */
export function mayBeDocument(url: string): boolean {
  return documentPaths.some((path) => url.endsWith(path));
}

/**
 * Keeps what the library has just answered, for everybody who asks from now on (serve-documents.ts). Its addresses come
 * from the request, so only one that names the issuer exactly is kept: what a stranger asks in another spelling, or a
 * proxy with another scheme, is answered to them alone.
 */
export function keepDocument({ site, path, documents }: SiteEntry, ctx: Context): void {
  if (!mayBeDocument(ctx.path) || ctx.method !== 'GET' || ctx.status !== 200) return;
  const isDocument = documentPaths.some((below) => ctx.path === `${path}${below}`);
  const isPlain = ctx.url === ctx.path && `${ctx.protocol}://${ctx.host}` === new URL(site.issuer).origin;
  if (!isDocument || !isPlain || ctx.response.get('Set-Cookie')) return;
  const document = documents.get(ctx.path) ?? toDocument(ctx);
  documents.set(ctx.path, document);
  ctx.body = document.body;
  ctx.etag = document.etag;
  if (ctx.fresh) ctx.status = 304;
}

function toDocument(ctx: Context): PublicDocument {
  const type: string = ctx.response.get('Content-Type');
  const body = Buffer.from(JSON.stringify(ctx.body));
  const kept = Object.entries(ctx.response.headers).filter(([name]) => !ownHeaders.has(name));
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const headersOfKnown = [...kept.flat().map(String), 'ETag', etag];
  return {
    body,
    characters: body.toString('latin1'),
    etag,
    headers: [...headersOfKnown, 'Content-Type', type, 'Content-Length', String(body.length)],
    headersOfKnown,
  };
}
