import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { grace } from '../../src/process/serve.ts';
import { poll } from '../support/poll.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import { secrets } from '../support/test-brand.ts';

/** Milliseconds: what holds a process up does so until the grace is over. */
const held = grace - 2_000;

/** 53 A stop in mid-flow. */
describe('53 after SIGTERM', () => {
  let parley: ParleyProcess;
  afterEach(() => parley?.stop());

  /** A connection whose bytes the test decides. */
  async function open(): Promise<{ socket: Socket; answer(): string; isClosed(): boolean }> {
    const socket = connect(parley.port, '127.0.0.1');
    let text = '';
    let closed = false;
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      closed = true;
    });
    await once(socket, 'connect');
    return { socket, answer: () => text, isClosed: () => closed };
  }

  const tokenRequest = (): [string, string] => {
    const body =
      'grant_type=authorization_code&code=unknown&redirect_uri=https%3A%2F%2Fshop.acme.example%2Fcallback';
    const head = [
      'POST /token HTTP/1.1',
      `Host: localhost:${parley.port}`,
      `Authorization: Basic ${Buffer.from(`web:${secrets.web}`).toString('base64')}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
      '',
      '',
    ].join('\r\n');
    return [head + body.slice(0, 20), body.slice(20)];
  };

  const refused = () =>
    parley.fetch(`${parley.issuer}/healthz`).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
    );

  test('a running request gets its answer, new connections are refused, readyz says draining, and it ends with 0', async () => {
    parley = await spawnParley();
    const running = await open();
    const [start, rest] = tokenRequest();
    running.socket.write(start);
    const asking = await open();
    asking.socket.write(`GET /readyz HTTP/1.1\r\nHost: localhost:${parley.port}\r\n`);
    // Both requests have reached the process once a third one, sent later, is answered.
    expect((await parley.fetch(`${parley.issuer}/healthz`)).status).toBe(200);

    parley.signal('SIGTERM');
    await poll('new connections are refused', 30_000, refused);

    asking.socket.write('\r\n');
    await poll('readyz answers', 30_000, () => asking.answer().includes('}'));
    expect(asking.answer()).toMatch(/^HTTP\/1\.1 503 /);
    expect(asking.answer()).toMatch(/"status":"draining"/);
    expect(asking.answer()).toMatch(/^retry-after:/im);

    running.socket.write(rest);
    await poll('the running request is answered', 30_000, () => running.answer().includes('}'));
    expect(running.answer()).toMatch(/^HTTP\/1\.1 400 /);
    expect(running.answer()).toContain('invalid_grant');

    const watch = startStopwatch();
    expect(await parley.ended()).toEqual({ code: 0, signal: null });
    watch.stop();
    // A browser that would keep its connection open does not hold the process up.
    expect(watch.read()).toBeLessThan(held);
    expect(parley.stderr()).toBe('');
    // SQLite removes its log when the last connection is closed in order.
    expect(readdirSync(join(parley.folder, 'data'))).toEqual(['parley.db']);
  });

  test('a request that comes on a connection which was idle a moment ago is still answered, as the last one on it', async () => {
    parley = await spawnParley();
    const kept = await open();
    const request = `GET /jwks HTTP/1.1\r\nHost: localhost:${parley.port}\r\n\r\n`;
    kept.socket.write(request);
    await poll('the connection is idle', 30_000, () => kept.answer().includes('}'));
    const before = kept.answer().length;
    parley.signal('SIGTERM');
    await poll('it stops', 30_000, () => parley.stdout().includes('"msg":"stopping"'));
    kept.socket.write(request);
    await poll('the request is answered', 30_000, () => kept.answer().length > before && kept.isClosed());
    expect(kept.answer().slice(before)).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\nConnection: close\r\n/i);
    expect(await parley.ended()).toEqual({ code: 0, signal: null });
  });

  test('idle connections do not hold it up, and SIGINT ends it as well', async () => {
    parley = await spawnParley();
    const idle = await open();
    idle.socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost:${parley.port}\r\n\r\n`);
    await poll('the connection is idle', 30_000, () => idle.answer().includes('}'));
    const watch = startStopwatch();
    parley.signal('SIGINT');
    expect(await parley.ended()).toEqual({ code: 0, signal: null });
    watch.stop();
    expect(watch.read()).toBeLessThan(held);
    expect(existsSync(join(parley.folder, 'data', 'parley.db-wal'))).toBe(false);
  });
});
