import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { listen } from '../../src/process/listen.ts';
import { standStill } from '../support/stand-still.ts';

test('53 a process that stands still while it stops answers what came on kept connections meanwhile', async () => {
  const listener = await listen({ host: '127.0.0.1', port: 0 }, (request, response) => {
    response.setHeader('Connection', request.url === '/last' ? 'close' : 'keep-alive').end(request.url);
  });
  const socket = connect(listener.port, '127.0.0.1');
  socket.write('GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');

  const closed = listener.close(8_000);
  socket.write('GET /last HTTP/1.1\r\nHost: localhost\r\n\r\n');
  standStill(1_500);

  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\n\/last$/);
  await closed;
});
