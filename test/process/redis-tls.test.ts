import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createRedisStore } from '../../src/store/redis-store.ts';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { createCertificates } from '../support/certificates.ts';
import { findFreePort } from '../support/free-port.ts';
import { startRedis } from '../support/redis-server.ts';
import { authorizationUrl, signIn } from '../support/relying-party.ts';
import { spawnParley } from '../support/spawn-parley.ts';
import { patient } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

describeWith('redis-server', () => {
  describeWith('openssl', (openssl) => {
    const started = atEnd();
    const folder = mkdtempSync(join(tmpdir(), 'parley-redis-tls-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('rediss: speaks TLS with a Redis whose authority is known, and with no other', async () => {
      const { cert, key } = createCertificates(openssl, folder, ['localhost']);
      const tlsPort = await findFreePort();
      started(
        await startRedis({
          settings: [
            `tls-port ${tlsPort}`,
            `tls-cert-file ${cert}`,
            `tls-key-file ${key}`,
            `tls-ca-cert-file ${join(folder, 'ca.pem')}`,
            'tls-auth-clients no',
          ],
        }),
      );
      const store = `rediss://localhost:${tlsPort}`;
      const env = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
      const parley = started(await spawnParley({ store, env, serverYaml: patient }));
      const landed = await signIn(new Visitor(parley.fetch), authorizationUrl(webClient(parley)), dana);
      expect(landed.searchParams.get('code')).toBeTruthy();

      // This process does not know the authority.
      const stranger = createRedisStore({ url: store, timeout: 1000 });
      await expect(stranger.ping()).rejects.toMatchObject({ code: 'store_unavailable' });
      await stranger.close();
    });
  });
});
