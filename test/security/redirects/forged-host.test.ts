import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl } from '../../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../../support/spawn-parley.ts';
import { webClient } from '../../support/web-client.ts';

/** docs/security.md 11: what a request says about its host never comes back in an address that Parley writes. */
describe('11 a forged host', () => {
  let parley: ParleyProcess;
  beforeAll(async () => {
    parley = await spawnParley();
  });
  afterAll(() => parley?.stop());

  const discovery = () => `${parley.issuer}/.well-known/openid-configuration`;

  /** One request, byte for byte. */
  async function raw(lines: string[]): Promise<string> {
    const socket = connect(parley.port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    // Not ended: Node answers nobody who has hung up, and what it has ready at that moment is chance.
    socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
    await once(socket, 'close');
    return answer;
  }

  test.each([
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-host', 'evil.example, evil2.example'],
    ['forwarded', 'host=evil.example;proto=https'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-port', '444'],
    ['x-original-url', 'http://evil.example/jwks'],
    ['x-rewrite-url', '/evil'],
    ['x-forwarded-prefix', '/evil'],
  ])('%s: %s changes neither discovery nor a redirect', async (name, value) => {
    const headers = { [name]: value };
    const plain = await (await parley.fetch(discovery())).json();
    expect(await (await parley.fetch(discovery(), { headers })).json()).toEqual(plain);
    const answer = await parley.fetch(authorizationUrl(webClient(parley)), { headers });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toMatch(/^\/interaction\//);
  });

  test.each([
    'evil.example',
    'localhost',
    'localhost:1',
    'localhost.evil.example',
    'localhost@evil.example',
    'evil.example#',
    '',
  ])('Host: "%s" belongs to no brand', async (host) => {
    const answer = await raw([`GET /.well-known/openid-configuration HTTP/1.1`, `Host: ${host}`]);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain('authorization_endpoint');
    expect(answer).not.toMatch(/set-cookie/i);
  });

  test.each([
    ['the address of another host', 'http://evil.example/.well-known/openid-configuration'],
    ['an https address', 'https://evil.example/.well-known/openid-configuration'],
    ['an authorization request for another host', 'http://evil.example/auth?client_id=web'],
    ['an asterisk', '*'],
  ])('a request target that is %s is refused, whatever Host says', async (_what, target) => {
    const answer = await raw([`GET ${target} HTTP/1.1`, `Host: localhost:${parley.port}`]);
    expect(answer).toMatch(/^HTTP\/1\.1 421 /);
    expect(answer).not.toContain('evil.example');
    expect(answer).not.toMatch(/set-cookie/i);
  });

  test.each(['/jwks', '/auth?client_id=web', '/healthz'])(
    'two Host headers are refused: %s',
    async (path) => {
      const own = `localhost:${parley.port}`;
      // Kept, so that the short way to it is tried as well.
      expect(await raw(['GET /jwks HTTP/1.1', `Host: ${own}`])).toMatch(/^HTTP\/1\.1 200 /);
      for (const hosts of [
        [own, 'evil.example'],
        ['evil.example', own],
        [own, own],
      ]) {
        const answer = await raw([`GET ${path} HTTP/1.1`, ...hosts.map((host) => `host: ${host}`)]);
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
        expect(answer).toContain('request_refused');
        expect(answer).not.toMatch(/evil\.example|"keys"|set-cookie/i);
      }
    },
  );
});

describe('a host that no brand owns', () => {
  const ask = (parley: ParleyProcess) =>
    parley.fetch('http://other.example/', { headers: { accept: 'text/html' } });

  test('lists the issuers in development', async () => {
    const parley = await spawnParley();
    try {
      const answer = await ask(parley);
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain(parley.issuer);
    } finally {
      await parley.stop();
    }
  });

  test.each([
    [
      'in production',
      {
        NODE_ENV: 'production',
        PARLEY_COOKIE_KEYS: 'a-cookie-key-of-the-tests-with-more-than-32-characters',
      },
    ],
    ['on a listener that strangers can reach', { HOST: '0.0.0.0' }],
  ])('says nothing %s', async (_where, env) => {
    const parley = await spawnParley({ env });
    try {
      const answer = await ask(parley);
      expect(answer.status).toBe(404);
      const page = await answer.text();
      expect(page).toContain('There is nothing at this address.');
      expect(page).not.toContain('localhost');
      expect(page).not.toContain('other.example');
    } finally {
      await parley.stop();
    }
  });
});
