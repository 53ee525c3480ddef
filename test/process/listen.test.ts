import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type Listener, listen } from '../../src/process/listen.ts';
import { findFreePort } from '../support/free-port.ts';

let port: number;
let listener: Listener | undefined;
let sockets: Socket[];
let handle: RequestListener;

beforeEach(async () => {
  port = await findFreePort();
  sockets = [];
  handle = (_, response) => void response.end('answer');
  listener = await listen({ host: '127.0.0.1', port }, (request, response) => handle(request, response));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await listener?.close(0);
});

/** A connection of its own with one request. @returns what comes back first */
async function ask(): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [answer] = await once(socket, 'data');
  return String(answer);
}

/** Until it is told to stop, each turn of the event loop takes some milliseconds. @returns how many there were */
function makeTurnsLong(): () => number {
  let turns = 0;
  let isOver = false;
  const turn = () => {
    const end = performance.now() + 3;
    while (performance.now() < end);
    turns += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    isOver = true;
    return turns;
  };
}

describe('a process that listens', () => {
  test('takes several new connections in each turn of its event loop', async () => {
    const stop = makeTurnsLong();
    await Promise.all(Array.from({ length: 160 }, ask));
    expect(stop()).toBeLessThan(100);
  });

  test('lets every request that runs end before it is closed, and takes no connection from then on', async () => {
    const waiting: (() => void)[] = [];
    const { promise: haveAllCome, resolve } = Promise.withResolvers<void>();
    handle = (_, response) => {
      waiting.push(() => response.end('late'));
      if (waiting.length === 40) resolve();
    };
    const answers = Promise.all(Array.from({ length: 40 }, ask));
    await haveAllCome;
    const closed = listener?.close(60_000);
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    for (const end of waiting) end();
    for (const answer of await answers) expect(answer).toContain('late');
    // Those that stay open and ask nothing are closed by us.
    await closed;
  });

  test('says that a port is taken, also by one of its own kind', async () => {
    await expect(listen({ host: '127.0.0.1', port }, handle)).rejects.toThrow(
      `port ${port} of 127.0.0.1 is taken`,
    );
  });
});
