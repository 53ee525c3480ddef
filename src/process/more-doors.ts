import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Sockets that listen beside the server's own. */
const count = 7;

/**
 * Node takes one new connection in each turn of its event loop from each socket that listens (libuv 1.45 and later).
 * When turns are long and connections many, they wait in the kernel for seconds, where nobody sees and refuses them:
 * hence several sockets on the one port (SO_REUSEPORT), whose connections are the server's like its own.
 *
 * Not among workers, who share the watching process' socket, and where Linux does not spread the connections.
 */
export const hasMoreDoors = (port: number): boolean =>
  port !== 0 && process.platform === 'linux' && !cluster.isWorker;

/** @param server listens on the same address, with `reusePort` */
export async function openMoreDoors(
  server: Server,
  { port, host }: { port: number; host: string },
): Promise<Server[]> {
  // As http and https ask for it themselves.
  const options = { noDelay: true, allowHalfOpen: server.listenerCount('secureConnection') === 0 };
  return Promise.all(
    Array.from({ length: count }, async () => {
      const door = createServer(options, (socket) => void server.emit('connection', socket));
      door.listen({ port, host, reusePort: true });
      await once(door, 'listening');
      return door;
    }),
  );
}
