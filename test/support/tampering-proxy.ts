import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is changed on the way; what is absent goes through as it is. */
export interface Tamper {
  /** The address that the server will see. */
  address?(url: URL): void;
  /** The text of an answer. */
  answer?(path: string, body: string): string | Promise<string>;
}

export interface TamperingProxy {
  port: number;
  tamper: Tamper;
  stop(): Promise<void>;
}

/**
 * Stands between a client and a server on this machine, as a misconfigured proxy would, so that a sound server can
 * be seen to be wrong in exactly one way. Host, cookies and redirects pass unchanged.
 */
export async function startTamperingProxy(serverPort: () => number): Promise<TamperingProxy> {
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, answer) => void pass(incoming, answer));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const proxy: TamperingProxy = {
    port: (server.address() as AddressInfo).port,
    tamper: {},
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`);
    proxy.tamper.address?.(url);
    const outgoing = request({
      host: '127.0.0.1',
      port: serverPort(),
      path: url.pathname + url.search,
      method: incoming.method ?? 'GET',
      headers: { ...incoming.headers, 'accept-encoding': 'identity', connection: 'close' },
    });
    outgoing.once('error', () => answer.destroy());
    outgoing.once('response', (received) => void hand(url.pathname, received, answer));
    incoming.pipe(outgoing);
  }

  async function hand(path: string, received: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of received) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const changed = (await proxy.tamper.answer?.(path, body)) ?? body;
    const { 'content-length': _length, 'transfer-encoding': _encoding, ...headers } = received.headers;
    answer.writeHead(received.statusCode ?? 502, headers).end(changed);
  }
  return proxy;
}
