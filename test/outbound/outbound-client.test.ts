import { afterEach, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import {
  createOutboundClient,
  type OutboundClient,
  type OutboundOptions,
} from '../../src/outbound/outbound-client.ts';
import { OutboundError } from '../../src/outbound/outbound-error.ts';
import { createOutboundFetch, type OutboundFetchOptions } from '../../src/outbound/outbound-fetch.ts';
import { isPublicAddress } from '../../src/outbound/public-address.ts';
import { quickest } from '../support/quickest.ts';
import { standStill } from '../support/stand-still.ts';

/** Milliseconds, for what ends in silence. */
const brief = 300;

const running: { server: Server; client: OutboundClient }[] = [];
afterEach(async () => {
  for (const { server, client } of running.splice(0)) {
    await client.close();
    server.closeAllConnections();
    server.close();
  }
});

async function start(answer: RequestListener, options: Partial<OutboundOptions> = {}) {
  const server = createServer(answer);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const client = createOutboundClient({
    configuredHosts: [`localhost:${port}`],
    timeout: 20_000,
    ...options,
  });
  running.push({ server, client });
  return {
    client,
    port,
    url: new URL(`http://localhost:${port}/a?secret=1`),
    connections: () => connections,
  };
}

async function faultOf(call: Promise<unknown>): Promise<OutboundError> {
  const error = await call.catch((reason: unknown) => reason);
  if (!(error instanceof OutboundError)) throw new Error(`no OutboundError: ${String(error)}`);
  return error;
}

describe('an outbound request', () => {
  test('brings the answer with its status, headers and body, over kept connections', async () => {
    const { client, url, connections } = await start((request, response) => {
      response.writeHead(200, { etag: '"1"', 'set-cookie': 'sid=secret', 'x-seen': request.headers.accept });
      response.end(`${request.method} ${request.url}`);
    });
    for (let round = 0; round < 10; round++) {
      const answer = await client.request({ method: 'GET', url, headers: { accept: 'application/json' } });
      expect(answer).toMatchObject({ status: 200, body: 'GET /a?secret=1' });
      expect(answer.headers).toMatchObject({ etag: '"1"', 'x-seen': 'application/json' });
      expect(answer.headers).not.toHaveProperty('set-cookie');
    }
    // The next request may be there before the last answer has left its connection.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  test('follows no redirect', async () => {
    const { client, url } = await start((_, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    });
    await expect(client.request({ method: 'GET', url })).resolves.toMatchObject({ status: 302 });
  });

  const faults: [what: string, answer: RequestListener, fault: string, timeout?: number][] = [
    ['10 MB', (_, response) => void response.end('x'.repeat(10 * 2 ** 20)), 'answer_refused'],
    [
      'an endless body',
      (_, response) => void setInterval(() => response.write('x'.repeat(2 ** 16)), 1).unref(),
      'answer_refused',
    ],
    [
      'a packed body',
      (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}')),
      'answer_refused',
    ],
    [
      'one byte now and then',
      (_, response) => void setInterval(() => response.write('x'), 50).unref(),
      'unreachable',
      brief,
    ],
    ['headers and silence', (_, response) => void response.writeHead(200).write('{'), 'unreachable', brief],
    ['silence', () => {}, 'unreachable', brief],
    ['a cut connection', (request) => void request.socket.destroy(), 'unreachable'],
    [
      'a half body',
      (_, response) => {
        response.writeHead(200, { 'content-length': '10' }).write('{"a');
        response.socket?.end();
      },
      'unreachable',
    ],
    ['no HTTP', (request) => void request.socket.end('SSH-2.0-OpenSSH_9\r\n'), 'unreachable'],
  ];
  test.each(faults)(
    '29 %s is refused within the time-out, in words without the address',
    async (_, answer, fault, timeout) => {
      const { client, url } = await start(answer, timeout === undefined ? {} : { timeout });
      const took = await quickest(2500, async () => {
        const error = await faultOf(client.request({ method: 'GET', url }));
        expect(error.fault).toBe(fault);
        expect(error.message).not.toContain('secret');
      });
      expect(took).toBeLessThan(2500);
    },
  );

  test('to a closed port says so', async () => {
    const { client, url } = await start(() => {});
    running.at(-1)?.server.close();
    await expect(faultOf(client.request({ method: 'GET', url }))).resolves.toMatchObject({
      fault: 'unreachable',
      message: `GET ${url.host}: no answer (ECONNREFUSED)`,
    });
  });

  test('that is late because this process stood still has not failed', async () => {
    const { client, url } = await start(
      (_, response) => {
        standStill(1000);
        response.end('{}');
      },
      { timeout: brief },
    );
    await expect(client.request({ method: 'GET', url })).resolves.toMatchObject({ body: '{}' });
  });

  test('ends when the caller gives up', async () => {
    const { client, url } = await start(() => {});
    const took = await quickest(2500, async () => {
      const call = client.request({ method: 'GET', url, signal: AbortSignal.timeout(50) });
      await expect(faultOf(call)).resolves.toMatchObject({ fault: 'unreachable' });
    });
    expect(took).toBeLessThan(2500);
  });
});

describe('29 an address that the configuration does not name', () => {
  test.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0', '2130706433', '0x7f.1', 'localhost'])(
    '%s is not connected to',
    async (host) => {
      const { client, port, connections } = await start((_, response) => void response.end(), {
        configuredHosts: ['accounts.internal'],
      });
      const error = await faultOf(client.request({ method: 'GET', url: new URL(`http://${host}:${port}/`) }));
      expect(error.fault).toBe('address_refused');
      expect(connections()).toBe(0);
    },
  );

  test('another port of a configured host is another address', async () => {
    const { client, connections } = await start((_, response) => void response.end());
    const other = await start((_, response) => void response.end());
    const error = await faultOf(client.request({ method: 'GET', url: other.url }));
    expect(error.fault).toBe('address_refused');
    expect(connections() + other.connections()).toBe(0);
  });

  test.each([
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.0.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '0.0.0.0',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'not an address',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:93.184.216.34'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('the client as fetch', () => {
  test('answers a Response and sends a form', async () => {
    const { client, url } = await start((request, response) => {
      request.pipe(response.writeHead(201, { 'x-type': request.headers['content-type'] }));
    });
    const outboundFetch = createOutboundFetch(client);
    const response = await outboundFetch(url, { method: 'POST', body: new URLSearchParams({ a: 'b&c' }) });
    expect(response.status).toBe(201);
    expect(response.headers.get('x-type')).toMatch(/^application\/x-www-form-urlencoded/);
    expect(await response.text()).toBe('a=b%26c');
    await expect(outboundFetch(url, { method: 'PUT' })).rejects.toThrow(TypeError);
  });

  test("ends with the caller's signal, unless the client's time-out is the only one", async () => {
    const { client, url } = await start((_, response) => void setTimeout(() => response.end('{}'), 150));
    const ask = (options: OutboundFetchOptions) =>
      createOutboundFetch(client, options)(url, { signal: AbortSignal.timeout(50) });
    await expect(faultOf(ask({}))).resolves.toMatchObject({ fault: 'unreachable' });
    await expect(ask({ ignoresSignals: true })).resolves.toMatchObject({ status: 200 });
  });
});
