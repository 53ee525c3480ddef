import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { createCertificates } from '../support/certificates.ts';
import { fetchAt } from '../support/fetch-at.ts';
import { findFreePort } from '../support/free-port.ts';
import { type Haproxy, startHaproxy } from '../support/haproxy.ts';
import { poll } from '../support/poll.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  claimsOf,
  exchange,
  signIn,
} from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { dana, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

describeWith('openssl', (openssl) => {
  describeWith('haproxy', (program) => {
    let folder: string;
    let parley: ParleyProcess;
    let haproxy: Haproxy;
    let issuer: string;
    let ca: string;
    let bundle: string;
    /** The network as a browser with this address sees it. */
    let browserAt: (address: string) => typeof fetch;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'parley-haproxy-'));
      ({ ca, bundle } = createCertificates(openssl, folder, ['id.acme.test']));
      const httpsPort = await findFreePort();
      issuer = `https://id.acme.test:${httpsPort}`;
      parley = await spawnParley({
        brands: [testBrand({ issuer })],
        serverYaml: { trusted_proxies: ['127.0.0.1'] },
      });
      haproxy = await startHaproxy({ program, folder, bundle, httpsPort, ports: [parley.port] });
      browserAt = (from) => fetchAt(httpsPort, { ca, from });
      await poll(
        'haproxy finds Parley ready',
        30_000,
        async () => (await browserAt('127.0.0.5')(`${issuer}/jwks`)).status === 200,
      );
    });
    afterAll(async () => {
      await haproxy?.stop();
      await parley?.stop();
      await rm(folder, { recursive: true, force: true });
    });

    /** What the log says about the request with this support id. */
    async function logOf(response: Response): Promise<Record<string, unknown>> {
      const supportId = response.headers.get('x-request-id');
      const find = () =>
        parley.log().find((line) => line['supportId'] === supportId && line['msg'] === 'request');
      await poll('the log has the request', 30_000, () => Boolean(find()));
      return find() ?? {};
    }

    test('a whole sign-in works over https, with Secure cookies and https in discovery', async () => {
      const cookies: string[] = [];
      const network = browserAt('127.0.0.9');
      const visitor = new Visitor(async (input, init) => {
        const response = await network(input, init);
        cookies.push(...response.headers.getSetCookie());
        return response;
      });
      const web = { ...webClient(parley), issuer, fetch: network };
      const landed = await signIn(visitor, authorizationUrl(web), dana);
      const { status, body } = await exchange(web, answerOf(landed).get('code') ?? '');
      expect(status).toBe(200);
      expect(claimsOf(body.id_token)).toMatchObject({ iss: issuer, sub: dana.sub });
      expect((await authorizeSilently(visitor, authorizationUrl(web))).get('code')).toBeTruthy();
      for (const cookie of cookies) expect(cookie).toMatch(/^__(Host|Secure)-.*; *secure/i);

      const discovery = (await (
        await network(`${issuer}/.well-known/openid-configuration`)
      ).json()) as Record<string, unknown>;
      const endpoints = Object.entries(discovery).filter(([name]) => /_(endpoint|uri)$/.test(name));
      for (const [, address] of endpoints) expect(String(address).startsWith(`${issuer}/`)).toBe(true);
    });

    test('plain http is sent to https before Parley sees it', async () => {
      const answer = await fetchAt(haproxy.httpPort)('http://id.acme.test/jwks');
      expect(answer.status).toBe(308);
      expect(answer.headers.get('location')).toBe('https://id.acme.test/jwks');
    });

    test('what the readiness answer says about this process stays inside', async () => {
      expect((await parley.fetch(`${issuer.replace('https', 'http')}/readyz`)).status).toBe(200);
      const outside = await browserAt('127.0.0.9')(`${issuer}/readyz`);
      expect(outside.status).toBe(404);
      expect(await outside.text()).not.toContain('acme');
    });

    describe('43 the address in the log', () => {
      test("is the browser's", async () => {
        expect(await logOf(await browserAt('127.0.0.9')(`${issuer}/jwks`))).toMatchObject({
          address: '127.0.0.9',
        });
      });

      test.each(['6.6.6.6', '127.0.0.1', '6.6.6.6, 127.0.0.1', "6.6.6.6'; DROP", 'unknown'])(
        'is not what the browser claims with X-Forwarded-For: %s',
        async (claim) => {
          const headers = { 'x-forwarded-for': claim, forwarded: `for=${claim}`, 'x-real-ip': claim };
          const answer = await browserAt('127.0.0.9')(`${issuer}/jwks`, { headers });
          expect(await logOf(answer)).toMatchObject({ address: '127.0.0.9' });
        },
      );

      test('with a proxy that appends, is the last entry that no trusted proxy wrote', async () => {
        const headers = {
          'x-forwarded-proto': 'https',
          'x-forwarded-for': '6.6.6.6, 203.0.113.9, 127.0.0.1',
        };
        const answer = await parley.fetch(`${issuer.replace('https', 'http')}/jwks`, { headers });
        expect(answer.status).toBe(200);
        expect(await logOf(answer)).toMatchObject({ address: '203.0.113.9' });
      });
    });

    describe('X-Forwarded-Proto', () => {
      test('missing: 421 with a calm page, and the log says what the proxy does not do', async () => {
        const httpsPort = await findFreePort();
        const lacking = await startHaproxy({
          program,
          folder,
          bundle,
          httpsPort,
          ports: [parley.port],
          edit: (recipe) => recipe.replace(/^.*set-header X-Forwarded-Proto.*\n/m, ''),
        });
        try {
          let answer = new Response();
          const ask = () =>
            fetchAt(httpsPort, { ca })(`${issuer}/jwks`, { headers: { accept: 'text/html' } });
          await poll('haproxy finds Parley ready', 30_000, async () => {
            answer = await ask();
            return answer.status !== 503;
          });
          expect(answer.status).toBe(421);
          expect(answer.headers.get('set-cookie')).toBeNull();
          const page = await answer.text();
          expect(page).toContain('This service is not set up correctly.');
          expect(page).toContain(answer.headers.get('x-request-id'));
          expect(page).not.toMatch(/proxy|X-Forwarded|http:/i);
          const supportId = answer.headers.get('x-request-id');
          await poll('the log has the reason', 30_000, () =>
            parley
              .log()
              .some(
                (line) =>
                  line['supportId'] === supportId &&
                  /does not send X-Forwarded-Proto/.test(String(line['detail'])),
              ),
          );
        } finally {
          await lacking.stop();
        }
      });

      test('from a peer that is not trusted is ignored, and so is its X-Forwarded-For', async () => {
        const stranger = fetchAt(parley.port, { from: '127.0.0.66' });
        const headers = {
          'x-forwarded-proto': 'https',
          'x-forwarded-for': '203.0.113.9',
          accept: 'text/html',
        };
        const answer = await stranger(`${issuer.replace('https', 'http')}/jwks`, { headers });
        expect(answer.status).toBe(421);
        expect(await logOf(answer)).toMatchObject({ address: '127.0.0.66' });
      });
    });
  });
});
