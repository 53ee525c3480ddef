import { Agent, request } from 'node:http';

export interface Answer {
  status: number;
  location: string | undefined;
  body: string;
}

export type Send = (
  path: string,
  options?: { method?: string; headers?: Record<string, string>; form?: Record<string, string> },
) => Promise<Answer>;

export interface Connections {
  /** How many at most. */
  most?: number;
  /** Milliseconds after which one that idles is closed: before the server does it, after five seconds with Node; 0: never. */
  idle?: number;
}

/** Cheap requests on connections that stay open, so that the generator takes little of the machine. */
export function createSend(
  issuer: string,
  { most = 256, idle = 2000 }: Connections = {},
): Send & { close(): void } {
  const { hostname, port } = new URL(issuer);
  const agent = new Agent({ keepAlive: true, maxSockets: most, timeout: idle });
  const send: Send = (path, { method = 'GET', headers = {}, form } = {}) =>
    new Promise((resolve, reject) => {
      const body = form && new URLSearchParams(form).toString();
      const outgoing = request(
        {
          hostname: hostname === 'localhost' ? '127.0.0.1' : hostname,
          port,
          path,
          method,
          agent,
          headers: {
            host: `${hostname}:${port}`,
            ...headers,
            ...(body !== undefined && {
              'content-type': 'application/x-www-form-urlencoded',
              'content-length': String(Buffer.byteLength(body)),
            }),
          },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.once('error', reject);
          incoming.once('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              location: incoming.headers.location,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return Object.assign(send, { close: () => agent.destroy() });
}
