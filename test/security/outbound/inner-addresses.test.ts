import dns, { type LookupAddress } from 'node:dns';
import { createServer, type RequestListener, type Server } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { assertionClaims, type ClientKey, createClientKey, jwtBearer } from '../../support/client-key.ts';
import { type Listener, startListener } from '../../support/listener.ts';
import { quickest } from '../../support/quickest.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  postAsClient,
  signIn,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets, testBrand } from '../../support/test-brand.ts';
import { readForm, Visitor } from '../../support/visitor.ts';

/**
 * docs/security.md 29: whoever may register a client of a brand cannot have Parley ask hosts inside the network, nor
 * keep it busy. test/outbound has the client itself, test/directory/http the brand's account API.
 */

let inside: Listener;
let key: ClientKey;
const running: { stop(): Promise<unknown> }[] = [];

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => {});
  inside = await startListener((response) => response.end(JSON.stringify({ keys: [key.jwk] })));
  key = await createClientKey();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await inside.stop();
});
afterEach(async () => {
  inside.received.length = 0;
  for (const { stop } of running.splice(0)) await stop();
});

/** A Parley with two clients for each of these origins, whose addresses lead there. */
async function startWith(
  origins: string | readonly string[],
  internal_hosts: string[] = [],
): Promise<RunningParley> {
  const clients = [origins].flat().flatMap((origin, index) => [
    {
      id: `keyed-${index}`,
      redirect_uris: ['https://keyed.example/callback'],
      jwks_uri: `${origin}/jwks`,
      first_party: true,
    },
    {
      id: `told-${index}`,
      secret: secrets.web,
      redirect_uris: ['https://told.example/callback'],
      backchannel_logout_uri: `${origin}/logged-out`,
      first_party: true,
    },
  ]);
  const parley = await startParley({ brands: [testBrand({ internal_hosts, clients })] });
  running.push(parley);
  return parley;
}

/** What the endpoint says that needs the client's keys. */
async function proveBy(parley: RunningParley, index = 0): Promise<number> {
  const client: Client = {
    issuer: parley.issuer,
    clientId: `keyed-${index}`,
    redirectUri: 'https://keyed.example/callback',
  };
  const { status } = await postAsClient(client, '/token/introspection', {
    token: 'x',
    client_assertion: await key.sign(assertionClaims(client)),
    client_assertion_type: jwtBearer,
  });
  return status;
}

/** That nobody is proved, before so many milliseconds have passed. */
async function expectNobodyWithin(milliseconds: number, prove: () => Promise<number>): Promise<void> {
  const took = await quickest(milliseconds, async () => expect(await prove()).toBe(401));
  expect(took).toBeLessThan(milliseconds);
}

async function signInAndOut(parley: RunningParley, index = 0): Promise<string | null> {
  const client: Client = {
    issuer: parley.issuer,
    clientId: `told-${index}`,
    secret: secrets.web,
    redirectUri: 'https://told.example/callback',
  };
  const visitor = new Visitor();
  const landed = await signIn(visitor, authorizationUrl(client), dana);
  await exchange(client, landed.searchParams.get('code') ?? '');
  const page = await visitor.get(`${parley.issuer}/session/end`);
  const { action, fields } = readForm(await page.text());
  expect((await visitor.post(action, { xsrf: fields['xsrf'] ?? '', logout: 'yes' })).status).toBe(303);
  return (await authorizeSilently(visitor, authorizationUrl(client))).get('error');
}

const spellings = (port: number) => [
  `http://127.0.0.1:${port}`,
  `http://localhost:${port}`,
  `http://[::1]:${port}`,
  `https://[::ffff:127.0.0.1]:${port}`,
  `https://[::ffff:7f00:1]:${port}`,
  `https://2130706433:${port}`,
  `https://0x7f.1:${port}`,
  `https://0177.0.0.1:${port}`,
  `https://127.1:${port}`,
  `https://0.0.0.0:${port}`,
  `https://localhost.:${port}`,
  'https://169.254.169.254',
  'https://10.0.0.1',
  'https://[fd00:ec2::254]',
  'https://[64:ff9b::7f00:1]',
];

describe('29 a host inside the network', () => {
  test('is asked where the brand lists it, so that each refusal below has its one reason', async () => {
    const parley = await startWith(inside.origin, [`127.0.0.1:${inside.port}`]);
    expect(await proveBy(parley)).toBe(200);
    expect(await signInAndOut(parley)).toBe('login_required');
    expect(inside.received.map(({ path }) => path)).toEqual(['/jwks', '/logged-out']);
  });

  test('is asked neither for keys nor told of a sign-out, however it is written; the sign-out succeeds', async () => {
    const origins = spellings(inside.port);
    const parley = await startWith(origins);
    for (const [index, origin] of origins.entries()) {
      await expectNobodyWithin(3000, async () => {
        const status = await proveBy(parley, index);
        expect([origin, status]).toEqual([origin, 401]);
        return status;
      });
      expect(await signInAndOut(parley, index)).toBe('login_required');
    }
    expect(inside.received).toEqual([]);
  });

  test('is not reached by another port than the listed one', async () => {
    const parley = await startWith(inside.origin, [`127.0.0.1:${inside.port + 1}`]);
    expect(await proveBy(parley)).toBe(401);
    expect(inside.received).toEqual([]);
  });

  test('cannot stand in the brand’s file as a sector or in a request', async () => {
    const client = { id: 'x', redirect_uris: ['https://x.example/'], secret: secrets.web };
    const sector = { ...client, sector_identifier_uri: `${inside.origin}/sector` };
    await expect(startParley({ brands: [testBrand({ clients: [sector] })] })).rejects.toThrow(
      'sector_identifier_uri',
    );
    const parley = await startWith('https://keyed.example');
    const url = `${parley.issuer}/auth?client_id=told-0&request_uri=${encodeURIComponent(`${inside.origin}/r`)}`;
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(400);
    expect(inside.received).toEqual([]);
  });
});

describe('29 a name', () => {
  const lookup = dns.lookup;
  const answers: (LookupAddress[] | Error)[] = [];
  let asked = 0;
  beforeAll(() => {
    const planted = (host: string, options: object, done: (...args: unknown[]) => void) => {
      if (host !== 'rebind.example') return lookup(host, options as never, done as never);
      asked += 1;
      const answer = answers.shift() ?? [];
      return answer instanceof Error ? done(answer) : done(null, answer);
    };
    dns.lookup = planted as never;
    syncBuiltinESMExports();
  });
  afterAll(() => {
    dns.lookup = lookup;
    syncBuiltinESMExports();
  });

  test('that leads inside is not followed there, though it led nowhere a moment ago (rebinding)', async () => {
    const parley = await startWith(`https://rebind.example:${inside.port}`);
    answers.push(new Error('ENOTFOUND'), [{ address: '127.0.0.1', family: 4 }]);
    for (let round = 0; round < 2; round += 1) expect(await proveBy(parley)).toBe(401);
    // Asked anew for the new connection, and refused by that answer.
    expect(asked).toBe(2);
    expect(inside.received).toEqual([]);
  });

  test('with one outer and one inner address is not followed at all', async () => {
    const parley = await startWith(`https://rebind.example:${inside.port}`);
    await expectNobodyWithin(1000, () => {
      answers.push([
        { address: '93.184.216.34', family: 4 },
        { address: '::ffff:127.0.0.1', family: 6 },
      ]);
      return proveBy(parley);
    });
  });
});

describe('29 a server that is asked', () => {
  async function startServer(answer: RequestListener): Promise<{ origin: string; host: string }> {
    const server: Server = createServer(answer);
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    running.push({
      async stop() {
        server.closeAllConnections();
        server.close();
      },
    });
    return { origin: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}` };
  }

  test.each([301, 302, 303, 307, 308])('cannot send Parley on by %i', async (status) => {
    const { origin, host } = await startServer((_, response) =>
      response.writeHead(status, { location: `${inside.origin}/jwks` }).end(),
    );
    const parley = await startWith(origin, [host]);
    expect(await proveBy(parley)).toBe(401);
    expect(inside.received).toEqual([]);
  });

  test('with 10 GB is left after some kilobytes', async () => {
    let sent = 0;
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const { origin, host } = await startServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(10 * 2 ** 30) });
      const send = (): void => {
        while (!response.destroyed && response.write(chunk)) sent += chunk.length;
        response.once('drain', send);
      };
      send();
    });
    const parley = await startWith(origin, [host]);
    const before = process.memoryUsage().rss;
    await expectNobodyWithin(5000, () => proveBy(parley));
    // What the sockets' buffers took at most, and nowhere near a gigabyte.
    expect(sent).toBeLessThan(64 * 2 ** 20);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
  });

  test('with a byte a minute is left after seconds', async () => {
    const { origin, host } = await startServer((_, response) => void response.writeHead(200).write('{'));
    const parley = await startWith(origin, [host]);
    await expectNobodyWithin(6000, () => proveBy(parley));
  });
});
