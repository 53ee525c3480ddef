import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { registerClientSecret } from '../../src/cli/client-secret.ts';
import { hashClientSecret } from '../../src/keys/client-secret-hash.ts';
import { callCli } from '../cli/cli-call.ts';
import { postAsClient } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { testBrand, testClients } from '../support/test-brand.ts';
import { webClient } from '../support/web-client.ts';

const [former, next] = ['the-former-secret-0123456789', 'the-next-secret-of-256-bits-0123'];
const start = Date.parse('2026-11-26T10:00:00Z');

describe('a client whose secret changes', () => {
  let parley: RunningParley;
  let time = start;

  const brandWith = (secrets: object) =>
    testBrand({
      limits: { client_and_address: 1000, client_address: 1000 },
      clients: testClients().map(({ secret, ...client }) =>
        client['id'] === 'web' ? { ...client, ...secrets } : { ...client, secret },
      ),
    });

  beforeAll(async () => {
    parley = await startParley({
      brands: [
        brandWith({ secrets: [{ hash: hashClientSecret(next) }, { value: former, expires: '2026-12-01' }] }),
      ],
      now: () => time,
    });
  });
  afterAll(() => parley.stop());

  async function useSecret(secret: string): Promise<string> {
    const { status, body } = await postAsClient({ ...webClient(parley), secret }, '/token/introspection', {
      token: 'x',
    });
    return [status, body.error].filter(Boolean).join(' ');
  }

  test('has both while the one follows the other, and no third', async () => {
    expect(await useSecret(former)).toBe('200');
    expect(await useSecret(next)).toBe('200');
    expect(await useSecret('a-third-secret-0123456789')).toBe('401 invalid_client');
  });

  test('does not have the hash as a secret', async () => {
    expect(await useSecret(hashClientSecret(next).replace('sha256:', ''))).toBe('401 invalid_client');
  });

  test('is named in the log once a day before the one in use expires', async () => {
    const warned = () =>
      parley.log.filter(({ msg }) => msg === 'the secret that this client uses expires soon');
    expect(warned()).toEqual([expect.objectContaining({ level: 'warn', clientId: 'web', days: 5 })]);
    time += 86_400_000;
    await useSecret(former);
    await useSecret(former);
    await useSecret(next);
    expect(warned().map(({ days }) => days)).toEqual([5, 4]);
  });

  test('has one of them less from the moment at which that one expires', async () => {
    time = Date.parse('2026-12-01T00:00:00Z') - 1;
    expect(await useSecret(former)).toBe('200');
    time += 1;
    expect(await useSecret(former)).toBe('401 invalid_client');
    expect(await useSecret(next)).toBe('200');
  });

  test('has another one without a restart', async () => {
    const newest = 'the-newest-secret-0123456789';
    await parley.writeBrand(
      brandWith({ secrets: [{ hash: hashClientSecret(newest) }, { hash: hashClientSecret(next) }] }),
    );
    await parley.reload();
    expect(await useSecret(newest)).toBe('200');
    expect(await useSecret(next)).toBe('200');
    expect(await useSecret(former)).toBe('401 invalid_client');
  });
});

test('`parley client secret` makes one that the brand file knows by its hash', async () => {
  const call = async (...more: string[]) =>
    callCli((program, io) => registerClientSecret(program.command('client'), io), {
      args: ['client', 'secret', ...more],
      cwd: '.',
    });
  const { code, stdout, stderr } = await call('--json');
  const { secret, hash } = JSON.parse(stdout) as Record<string, string>;
  expect([code, stderr]).toEqual([0, '']);
  const clients = testClients().map((client) => ({ ...client, secret: undefined, secrets: [{ hash }] }));
  const parley = await startParley({ brands: [testBrand({ clients })] });
  try {
    const client = { ...webClient(parley), secret: secret ?? '' };
    const { status } = await postAsClient(client, '/token/introspection', { token: 'x' });
    expect(status).toBe(200);
  } finally {
    await parley.stop();
  }
  const printed = (await call()).stdout;
  expect(printed).toMatch(/^For the platform, shown this once: {3}[\w-]{43}\n/);
  expect(printed).toMatch(/\n {6}- hash: sha256:[\w-]{43}\n/);
});
