import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { secrets, testBrand } from '../../support/test-brand.ts';

const limits = { client_and_address: 3, client: 5, client_address: 8, first_wait: 900 };

describe('42 somebody who guesses the secret of a client', () => {
  let parley: RunningParley;
  beforeAll(async () => {
    const serverYaml = { trusted_proxies: ['127.0.0.1', '::1'] };
    parley = await startParley({ brands: [testBrand({ limits })], serverYaml });
  });
  afterAll(() => parley.stop());

  async function introspect(from: string, credentials: Record<string, string>) {
    const response = await fetch(`${parley.issuer}/token/introspection`, {
      method: 'POST',
      headers: { 'x-forwarded-for': from },
      body: new URLSearchParams({ token: 'x', ...credentials }),
    });
    const { error } = (await response.json()) as { error?: string };
    return { status: response.status, error, retryAfter: response.headers.get('retry-after') };
  }
  const guess = (client_id: string) => ({ client_id, client_secret: 'a-guess-of-somebody-0123' });
  const web = { client_id: 'web', client_secret: secrets.web };

  test('waits after a few, with the right one too', async () => {
    for (let n = 0; n < 3; n += 1)
      expect(await introspect('203.0.113.1', guess('web'))).toMatchObject({
        status: 401,
        error: 'invalid_client',
      });
    const refused = await introspect('203.0.113.1', guess('web'));
    expect(refused).toMatchObject({ status: 429, error: 'too_many_attempts' });
    expect(Number(refused.retryAfter)).toBeGreaterThan(600);
    expect((await introspect('203.0.113.1', web)).status).toBe(429);
  });

  test('waits from everywhere, while the platform itself does not', async () => {
    const statuses: number[] = [];
    for (let n = 2; n < 8; n += 1) statuses.push((await introspect(`203.0.113.${n}`, guess('web'))).status);
    expect(statuses).toEqual([401, 401, 429, 429, 429, 429]);
    expect((await introspect('192.0.2.1', web)).status).toBe(200);
  });

  test('waits after trying many clients, known ones or not', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 10; n += 1)
      statuses.push((await introspect('198.51.100.1', guess(`client-${n}`))).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401, 401, 429, 429]);
  });

  test('is in the audit log, by client and address', () => {
    const lines = parley.log.filter(({ stream }) => stream === 'audit');
    expect(lines).toContainEqual(
      expect.objectContaining({
        event: 'client.refused',
        clientId: 'web',
        address: '203.0.113.1',
        endpoint: '/token/introspection',
        reason: 'invalid secret provided',
      }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ event: 'limit.reached', limit: 'client' }));
    expect(JSON.stringify(lines)).not.toContain('a-guess-of-somebody');
  });
});
