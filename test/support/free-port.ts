import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below those that a system gives to connections and to `listen(0)` (from 32768), for one of these may be taken
 * between the moment it is found free and the moment a server listens there.
 */
const range = { first: 10_240, last: 32_767 };

/**
 * Each test process has a part of its own, for another one could be told of the same port before a server listens
 * there, or while a server that was killed is started again. They are numbered from 1 (test/runner/worker.ts).
 */
const parts = 8;
const size = Math.floor((range.last - range.first + 1) / parts);
const first = range.first + size * (Number(process.env['TEST_PROCESS'] ?? 0) % parts);

/** Each run begins somewhere else, and asks for none twice until it has asked for all. */
let next = first + randomInt(size);

/** A port of the loopback interfaces that nobody listens on at this moment, and nobody else is told of. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = first + ((port + 1 - first) % size);
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
