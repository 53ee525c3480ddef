import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A relying party's own http server on a free port of loopback, which keeps what it was sent. */
export async function startListener(
  answer: (response: ServerResponse, request: Received) => void = (response) => response.end(),
) {
  const received: Received[] = [];
  const keep = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: path = '', headers } = request;
    const body = await readBody(request).catch(() => undefined);
    // Whoever goes away in the middle of a request has sent none.
    if (body === undefined) return;
    const arrived = { method, path, headers, body };
    received.push(arrived);
    answer(response, arrived);
  };
  // Never closes a connection by itself: a request could be on its way there when a machine that stood still goes on.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => void keep(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    received,
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

export type Listener = Awaited<ReturnType<typeof startListener>>;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
