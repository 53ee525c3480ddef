import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from '@jest/globals';
import { grace } from '../../src/process/serve.ts';
import { atEnd } from '../support/at-end.ts';
import { spawnParley } from '../support/spawn-parley.ts';

const started = atEnd();

test('53 a request that never ends is cut after the grace, and the process still ends in order', async () => {
  const parley = started(await spawnParley());
  const socket = connect(parley.port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(`POST /token HTTP/1.1\r\nHost: localhost:${parley.port}\r\nContent-Length: 100\r\n\r\ngrant`);
  // It has reached the process once a request that was sent later is answered.
  expect((await parley.fetch(`${parley.issuer}/healthz`)).status).toBe(200);

  const began = performance.now();
  parley.signal('SIGTERM');
  // Two seconds after the grace it would be ended by force, which has another code.
  expect(await parley.ended()).toEqual({ code: 0, signal: null });
  const took = performance.now() - began;
  socket.destroy();
  expect(took).toBeGreaterThan(grace - 1_000);
});
