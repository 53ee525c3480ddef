import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface FetchAtOptions {
  /** Where to connect; default: 127.0.0.1. */
  address?: string;
  /** PEM of the authority whose certificates are believed. */
  ca?: string;
  /** Which of this machine's addresses to come from, such as 127.0.0.9. */
  from?: string;
  /** Behaves as a proxy that ends TLS: an https URL is asked for in plain http, and the header says so. */
  endsTls?: boolean;
}

/**
 * A `fetch` that always connects to one port of this machine, whatever host the URL names: a browser whose DNS
 * says so. Never follows redirects, never re-uses a connection, and a `host` header replaces the URL's.
 */
export function fetchAt(port: number, options: FetchAtOptions = {}): typeof fetch {
  return async (input, init) => {
    const wanted = new Request(input, init);
    const url = new URL(wanted.url);
    const body = Buffer.from(await wanted.arrayBuffer());
    return new Promise<Response>((resolve, reject) => {
      const isEncrypted = url.protocol === 'https:' && !options.endsTls;
      const send = isEncrypted ? requestHttps : requestHttp;
      const outgoing = send({
        host: options.address ?? '127.0.0.1',
        port,
        path: url.pathname + url.search,
        method: wanted.method,
        agent: false,
        headers: {
          host: url.host,
          'content-length': body.length,
          ...(options.endsTls && { 'x-forwarded-proto': url.protocol.slice(0, -1) }),
          ...Object.fromEntries(wanted.headers),
        },
        ...(isEncrypted && { servername: url.hostname, ca: options.ca }),
        ...(options.from && { localAddress: options.from }),
      });
      outgoing.setTimeout(30_000, () =>
        outgoing.destroy(new Error(`no answer from port ${port} within 30 s`)),
      );
      outgoing.once('error', reject);
      outgoing.once('response', (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () =>
          resolve(toResponse(url, incoming.statusCode ?? 0, incoming.rawHeaders, Buffer.concat(chunks))),
        );
      });
      outgoing.end(body);
    });
  };
}

function toResponse(url: URL, status: number, rawHeaders: readonly string[], body: Buffer): Response {
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2)
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  const response = new Response(status === 204 || status === 304 ? null : new Uint8Array(body), {
    status,
    headers,
  });
  return Object.defineProperty(response, 'url', { value: url.href });
}
