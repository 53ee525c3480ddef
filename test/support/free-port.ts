import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below those that a system gives to connections and to `listen(0)` (from 32768), for one of these may be taken
 * between the moment it is found free and the moment a server listens there.
 */
const range = { first: 10_240, last: 32_767 };

/** Each process begins somewhere else, and asks for none twice until it has asked for all. */
let next = randomInt(range.first, range.last);

/** A port of the loopback interfaces that nobody listens on at this moment, and nobody else is told of. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port === range.last ? range.first : port + 1;
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) return port;
  }
}

/** A machine without this interface has nobody there. */
function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
