import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Snapshot, writeExposition } from './snapshot.ts';

export interface Exposition {
  port: number;
  close(): Promise<void>;
}

/**
 * The listener that Prometheus reads, apart from the one of consumers: `GET /metrics` and nothing else. Whoever reaches
 * it may read it, so it belongs on loopback or an inner network.
 *
 * @param address `127.0.0.1:9464`, `[::1]:9464`
 */
export async function exposeMetrics(address: string, collect: () => Promise<Snapshot>): Promise<Exposition> {
  const { host, port } = splitAddress(address);
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    collect()
      .then(writeExposition)
      .then(({ type, text }) => response.writeHead(200, { 'Content-Type': type }).end(text))
      .catch(() => response.writeHead(503).end());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, address)));
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function splitAddress(address: string): { host: string; port: number } {
  const cut = address.lastIndexOf(':');
  return { host: address.slice(0, cut).replace(/^\[|\]$/g, ''), port: Number(address.slice(cut + 1)) };
}

/** What an operator can act on. */
function explain(error: NodeJS.ErrnoException, address: string): Error {
  return error.code === 'EADDRINUSE'
    ? new Error(`${address} is taken: stop what listens there, or set PARLEY_METRICS to another address`)
    : error;
}
