import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { ServerConfig } from '../config/server-schema.ts';
import { setPatientTimeout } from '../patience.ts';

export interface Listener {
  port: number;
  /** Stops taking connections, lets running requests end within `grace` milliseconds, then cuts the rest. */
  close(grace: number): Promise<void>;
}

/** Milliseconds that a client may take to send its headers and its whole request: slow-loris guards. */
const headersTimeout = 10_000;
const requestTimeout = 20_000;
/** Longer than the idle time-outs of common proxies, which would otherwise meet closed connections. */
const keepAliveTimeout = 65_000;
/** Milliseconds in which an idle connection may still bring a request after the listener is closed. */
const idlePause = 1_000;
/** LivePerson's state is 2.5 kB of JSON, three times that in a URL. */
const maxHeaderSize = 32 * 1024;

export interface ListenOptions extends Pick<ServerConfig, 'host' | 'port' | 'tls'> {
  /** Certificates of those who connect: their authority, and whether nobody connects without one. */
  callers?: { ca: string; required: boolean } | undefined;
}

/** `localhost` means both loopback addresses: browsers try ::1 first, tools often 127.0.0.1. */
export async function listen(
  { host, port, tls, callers }: ListenOptions,
  handle: RequestListener,
): Promise<Listener> {
  const options = {
    headersTimeout,
    requestTimeout,
    keepAliveTimeout,
    maxHeaderSize,
    // Most requests have no body: each would be a stream to run to its end, which nobody reads.
    optimizeEmptyRequests: true,
  };
  const certificate = tls && {
    cert: await readFile(tls.cert),
    key: await readFile(tls.key),
    ...(callers && {
      ca: await readFile(callers.ca),
      requestCert: true,
      rejectUnauthorized: callers.required,
    }),
  };
  const create = () =>
    certificate
      ? createHttpsServer({ ...options, ...certificate }, handle)
      : createHttpServer(options, handle);

  const [first, ...others] = host === 'localhost' ? (['127.0.0.1', '::1'] as const) : ([host] as const);
  const servers: Server[] = [create()];
  const chosen = await listenOn(servers[0] as Server, port, first);
  for (const address of others) {
    const server = create();
    try {
      await listenOn(server, chosen, address);
      servers.push(server);
    } catch (error) {
      // A machine without IPv6 has no ::1.
      if (
        (error as NodeJS.ErrnoException).code !== 'EADDRNOTAVAIL' &&
        (error as NodeJS.ErrnoException).code !== 'EAFNOSUPPORT'
      ) {
        await Promise.all(servers.map((running) => close(running, 0)));
        throw error;
      }
    }
  }
  return {
    port: chosen,
    close: async (grace) => {
      await Promise.all(servers.map((server) => close(server, grace)));
    },
  };
}

function listenOn(server: Server, port: number, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(explain(error, port, address));
    server.once('error', fail);
    server.listen(port, address, () => {
      server.removeListener('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** What an operator can act on; anything else stays as it is. */
function explain(error: NodeJS.ErrnoException, port: number, address: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new Error(
      `port ${port} of ${address} is taken: stop what listens there, or set PORT to another one`,
    );
  }
  if (error.code === 'EACCES') {
    return new Error(`this process may not listen on port ${port}: set PORT to one above 1023`);
  }
  return error;
}

/**
 * The listener goes first. A connection that is idle at this moment may just be getting a request, sent by a proxy
 * that cannot know yet, and http's own `close` would cut it: hence the close of the plain listener, and a pause.
 */
function close(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const timers = [
      setPatientTimeout(() => server.closeIdleConnections(), Math.min(idlePause, grace)),
      setTimeout(() => server.closeAllConnections(), grace),
    ];
    NetServer.prototype.close.call(server, () => {
      for (const timer of timers) clearTimeout(timer);
      // Ends the timer that watches slow requests; there is nothing else left to close.
      server.close(() => resolve());
    });
  });
}
