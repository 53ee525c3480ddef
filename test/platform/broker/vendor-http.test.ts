import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createVendorHttp } from '../../../src/platform/broker/vendor-http.ts';

describe('a platform that is slow with other calls', () => {
  let server: Server;
  let url: string;
  const waiting: (() => void)[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      waiting.push(() => response.end('{}'));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });

  test('is not sent what would begin after its lock may have ended: another process may make the same', async () => {
    const log = { error() {}, info() {} };
    const http = createVendorHttp({ title: 'LiveChat', fetch, log, timeout: 60_000 });
    const send = (path: string, beginsBy?: number) =>
      http.send({ method: 'POST', url: `${url}${path}`, json: {}, repeatable: false, beginsBy });
    // Every place is taken.
    const others = Array.from({ length: 20 }, () => send('/other'));
    const late = expect(send('/late', performance.now() - 1)).rejects.toMatchObject({
      fault: 'unavailable',
      maybeDone: false,
    });
    const inTime = send('/in-time', performance.now() + 60_000);
    while (waiting.length < 20) await new Promise(setImmediate);
    for (const answer of waiting.splice(0)) answer();
    await Promise.all(others);
    await late;
    while (waiting.length === 0) await new Promise(setImmediate);
    for (const answer of waiting.splice(0)) answer();
    expect(await inTime).toMatchObject({ status: 200 });
    expect(asked).not.toContain('/late');
  });
});
