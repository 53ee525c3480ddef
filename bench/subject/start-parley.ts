import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { JWK } from 'jose';
import { startRedis } from '../../test/support/redis-server.ts';
import { spawnParley } from '../../test/support/spawn-parley.ts';
import { testBrand } from '../../test/support/test-brand.ts';
import { claimsByScope, redirectUri, secret } from './example.ts';
import type { Subject } from './subject.ts';

/** Parley as `npm start` runs it, request log and access log included, on a Redis of its own. */
export async function startParley(keys: JWK[], env: Record<string, string> = {}): Promise<Subject> {
  const redis = await startRedis();
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  await mkdir(join(folder, 'keys', 'acme'), { recursive: true, mode: 0o700 });
  const created_at = new Date().toISOString();
  await writeFile(
    join(folder, 'keys', 'acme', 'signing.json'),
    JSON.stringify({ keys: keys.map((jwk) => ({ created_at, jwk })) }),
    { mode: 0o600 },
  );
  const parley = await spawnParley({ folder, store: redis.url, brands: [brand], env });
  return {
    name: 'parley',
    issuer: parley.issuer,
    pid: parley.pid(),
    redisPid: redis.pid(),
    startedAfter: parley.readyAfter,
    async stop() {
      await parley.stop();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const web = {
  secret,
  flows: ['code', 'pkce', 'implicit'],
  redirect_uris: [redirectUri],
  id_token_claims: true,
  first_party: true,
  refresh_tokens: true,
  pages: ['http://localhost:PORT'],
};

const brand = testBrand({
  scopes: { account: claimsByScope.account, billing: claimsByScope.billing },
  resources: {},
  clients: [
    { ...web, id: 'web' },
    { ...web, id: 'web-es256', id_token_alg: 'ES256' },
  ],
});
