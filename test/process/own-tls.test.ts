import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { type Certificates, createCertificates } from '../support/certificates.ts';
import { findFreePort } from '../support/free-port.ts';
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
  let folder: string;
  let certificates: Certificates;
  let parley: ParleyProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-tls-'));
    certificates = createCertificates(openssl, folder, ['localhost', 'id.acme.test', 'id.group.test']);
    const { ca, cert, key } = certificates;
    parley = await spawnParley({
      port: await findFreePort(),
      serverYaml: { tls: { cert, key } },
      ca,
      brands: [
        testBrand({ brand: 'acme', issuer: 'https://id.acme.test:PORT' }),
        testBrand({ brand: 'zeta', issuer: 'https://id.group.test:PORT/zeta' }),
      ],
    });
  });
  afterAll(async () => {
    await parley?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Signs in and tells which cookies the browser was given, as they were set. */
  async function signInAt(issuer: string) {
    const cookies: string[] = [];
    const recording: typeof fetch = async (input, init) => {
      const response = await parley.fetch(input, init);
      cookies.push(...response.headers.getSetCookie());
      return response;
    };
    const web = { ...webClient(parley), issuer };
    const visitor = new Visitor(recording);
    const landed = await signIn(visitor, authorizationUrl(web), dana);
    return { web, visitor, cookies, code: answerOf(landed).get('code') ?? '' };
  }

  describe('TLS of its own', () => {
    test('a whole sign-in works, silent sign-in too, and every answer demands https from now on', async () => {
      const { web, visitor, code } = await signInAt(`https://id.acme.test:${parley.port}`);
      const { status, body } = await exchange(web, code);
      expect(status).toBe(200);
      expect(claimsOf(body.id_token)).toMatchObject({ iss: web.issuer, sub: dana.sub });
      expect((await authorizeSilently(visitor, authorizationUrl(web))).get('code')).toBeTruthy();
      const discovery = await parley.fetch(`${web.issuer}/.well-known/openid-configuration`);
      expect(discovery.headers.get('strict-transport-security')).toMatch(/max-age=31536000/);
      expect(await discovery.json()).toMatchObject({
        issuer: web.issuer,
        token_endpoint: `${web.issuer}/token`,
      });
    });

    test('36 cookies that outlive the sign-in are bound to the host, and every cookie is Secure, HttpOnly and Lax', async () => {
      const { cookies } = await signInAt(`https://id.acme.test:${parley.port}`);
      expect(cookies.length).toBeGreaterThan(4);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/^__(Host|Secure)-parley_acme_/);
        expect(cookie).toMatch(/; *secure/i);
        expect(cookie).toMatch(/; *httponly/i);
        expect(cookie).toMatch(/; *samesite=lax/i);
        expect(cookie).not.toMatch(/; *domain=/i);
      }
      const lasting = cookies.filter((cookie) => /_(session|browser)(\.sig)?=/.test(cookie));
      expect(lasting.length).toBeGreaterThan(1);
      for (const cookie of lasting) {
        expect(cookie).toMatch(/^__Host-/);
        expect(cookie).toMatch(/; *path=\/(;|$)/i);
      }
    });

    test('a brand on a path has __Secure- cookies that stay below its path', async () => {
      const { cookies, web, code } = await signInAt(`https://id.group.test:${parley.port}/zeta`);
      expect((await exchange(web, code)).status).toBe(200);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/^__Secure-parley_zeta_/);
        expect(cookie).toMatch(/; *path=\/zeta(\/|;|$)/i);
        expect(cookie).toMatch(/; *secure/i);
      }
      expect(cookies.some((cookie) => cookie.startsWith('__Secure-parley_zeta_session='))).toBe(true);
    });

    test('plain http on that port gets no answer', async () => {
      await expect(parley.fetch(`http://id.acme.test:${parley.port}/healthz`)).rejects.toThrow();
    });
  });
});
