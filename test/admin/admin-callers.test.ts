import { request } from 'node:https';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { type Certificates, createCertificates, createClientCertificate } from '../support/certificates.ts';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { type AdminSite, callerSecrets, startAdminSite } from './admin-site.ts';

describe('a caller that asks too much', () => {
  let site: AdminSite;
  beforeAll(async () => {
    site = await startAdminSite({ requestsPerMinute: 5 });
  });
  afterAll(() => site.parley.stop());

  test('is told how long to wait, and another one is not', async () => {
    const [viewer, ops] = [
      await site.tokenOf('viewer', callerSecrets.viewer, 'admin:read'),
      await site.tokenOf('ops', callerSecrets.ops, 'admin:read'),
    ];
    const path = '/brands/acme/clients';
    const answers = await Promise.all(Array.from({ length: 12 }, () => site.call(path, { token: viewer })));
    const late = answers.filter(({ status }) => status === 429);
    // The minute may have turned in between.
    expect(late.length).toBeGreaterThanOrEqual(2);
    expect(Number(late[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await site.call(path, { token: ops })).status).toBe(200);
  });

  test('is refused without a look when it only guesses', async () => {
    const answers = await Promise.all(
      Array.from({ length: 70 }, (_, index) => site.call('/status', { token: `guess-${index}` })),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    expect(statuses).toEqual(new Set([401, 429]));
  });
});

describeWith('openssl', (openssl) => {
  let folder: string;
  let certificates: Certificates;
  let parley: ParleyProcess;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-admin-'));
    certificates = createCertificates(openssl, folder, ['localhost']);
    port = await findFreePort();
    parley = await spawnParley({
      serverYaml: {
        admin: {
          port,
          tls: { cert: certificates.cert, key: certificates.key },
          certificates: {
            ca: join(folder, 'ca.pem'),
            callers: { ops: ['admin:read', 'admin:write'], dashboard: ['admin:read'] },
          },
        },
      },
    });
  });
  afterAll(async () => {
    await parley?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const call = (path: string, method: string, client?: { cert: string; key: string }) =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const options = {
        host: 'localhost',
        port,
        path: `/admin/v1${path}`,
        method,
        ca: certificates.ca,
        agent: false,
      };
      request({ ...options, ...client }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      })
        .on('error', reject)
        .end();
    });

  describe('certificates', () => {
    test('of a named caller let in, with its scopes', async () => {
      const ops = createClientCertificate(openssl, folder, 'ops');
      expect((await call('/status', 'GET', ops)).status).toBe(200);
      expect((await call('/reload', 'POST', ops)).status).toBe(200);
      const dashboard = createClientCertificate(openssl, folder, 'dashboard');
      expect((await call('/status', 'GET', dashboard)).status).toBe(200);
      expect((await call('/reload', 'POST', dashboard)).status).toBe(403);
      await poll('its line in the audit log', 30_000, () =>
        parley.log().some(({ by }) => by === 'certificate:dashboard'),
      );
    });

    test('of the same authority and another name do not', async () => {
      const answer = await call('/status', 'GET', createClientCertificate(openssl, folder, 'web-server'));
      expect([answer.status, JSON.parse(answer.body).error]).toEqual([401, 'unauthorized']);
    });

    test('are compulsory: without one, or with one of another authority, there is no connection', async () => {
      await expect(call('/status', 'GET')).rejects.toThrow();
      const elsewhere = await mkdtemp(join(tmpdir(), 'parley-other-'));
      createCertificates(openssl, elsewhere, ['localhost']);
      const forged = createClientCertificate(openssl, elsewhere, 'ops');
      await expect(call('/status', 'GET', forged)).rejects.toThrow();
      await rm(elsewhere, { recursive: true, force: true });
    });
  });
});
