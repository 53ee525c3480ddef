import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { WriteAccessLine } from '../access-log.ts';
import { hasSeveralHosts } from '../check-host.ts';
import { createSupportId } from '../request-id.ts';
import type { SiteEntry, SiteTable } from '../site-table.ts';
import { mayBeDocument } from './public-document.ts';

export interface ServeDocumentsOptions {
  find: SiteTable['find'];
  isDraining(): boolean;
  writeAccessLine: WriteAccessLine;
  /** Told of each answer; absent: nobody counts. */
  count?:
    | ((answer: {
        issuerPath: string;
        path: string;
        method: string;
        status: number;
        seconds: number;
      }) => void)
    | undefined;
}

/**
 * Answers for the documents that were kept, before anything else is done for the request: platforms and browsers ask for
 * them all day, and all the rest would cost ten times as much. The answer has the headers of the one that was kept.
 *
 * Takes what trusted proxies said as true (trusted-proxies.ts). False: somebody else has to answer.
 */
export function createServeDocuments({ find, isDraining, writeAccessLine, count }: ServeDocumentsOptions) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const began = performance.now();
    const entry = findEntry(find, request);
    const document = entry?.documents.get(request.url ?? '');
    if (!entry || !document) return false;
    const { headers, method = '', url: path = '' } = request;
    const supportId = createSupportId();
    const isKnown = isListed(headers['if-none-match'], document.etag);
    const status = isKnown ? 304 : 200;
    // As the library: an empty origin is none.
    const own = ['X-Request-Id', supportId, 'Access-Control-Allow-Origin', headers.origin || '*'];
    if (isDraining()) own.push('Connection', 'close');
    response.writeHead(status, own.concat(isKnown ? document.headersOfKnown : document.headers));
    if (isKnown || method === 'HEAD') response.end();
    else response.end(document.characters, 'latin1');
    const seconds = (performance.now() - began) / 1000;
    count?.({ issuerPath: entry.path, path, method, status, seconds });
    writeAccessLine({
      supportId,
      brand: entry.site.brand,
      address: addressOf(request),
      method,
      path,
      status,
      milliseconds: Math.round(seconds * 1000),
    });
    return true;
  };
}

/** Only a request without anything special; in the right scheme, or the proxy in front is not set up well. */
function findEntry(find: SiteTable['find'], request: IncomingMessage): SiteEntry | undefined {
  const { method, url = '', headers } = request;
  if (!mayBeDocument(url) || (method !== 'GET' && method !== 'HEAD')) return undefined;
  if (headers['content-encoding'] !== undefined || hasSeveralHosts(request)) return undefined;
  const entry = find(headers.host, url);
  const isSecure =
    (request.socket as Partial<TLSSocket>).encrypted === true || headers['x-forwarded-proto'] === 'https';
  return entry?.secure === isSecure ? entry : undefined;
}

/** RFC 9110 section 13.1.2: a list of tags, weak ones alike, or any. */
function isListed(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function addressOf({ headers, socket }: IncomingMessage): string {
  return (headers['x-forwarded-for'] as string | undefined) ?? socket.remoteAddress ?? '';
}
