import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { encryptionKey } from '../../test/support/livechat-site.ts';
import { endWithUs } from '../../test/support/end-with-us.ts';
import { livechatSettings, startLiveChatTwin } from '../../test/support/livechat-twin.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { spawnParley } from '../../test/support/spawn-parley.ts';
import { testBrand } from '../../test/support/test-brand.ts';
import { fillParley } from '../fill/fill-parley.ts';
import { claimsByScope, parleyCookieKey, redirectUri, secret } from './example.ts';
import { redisDefaults } from './redis-defaults.ts';
import type { BrandsSubject } from './subject.ts';

export interface ParleyOptions {
  keys: JWK[];
  /** How many brands: the first at the root of its host, or each on a path of its own. */
  brands?: number;
  store?: 'redis' | 'embedded';
  env?: Record<string, string>;
}

/** Parley as `npm start` runs it, request log and access log included; on a Redis of its own, or on its own store. */
export async function startParley({
  keys,
  brands: count = 1,
  store = 'redis',
  env = {},
}: ParleyOptions): Promise<ParleySubject> {
  const redis = store === 'redis' ? await startRedis(redisDefaults) : undefined;
  const livechat = await startLiveChatTwin();
  const reader = startLogReader();
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const names = Array.from({ length: count }, (_, index) => (index === 0 ? 'acme' : `acme-${index}`));
  for (const name of names) await writeKeys(join(folder, 'keys', name), keys);
  const parley = await spawnParley({
    folder,
    ...(redis && { store: redis.url }),
    brands: names.map((name) => createBrand(name, count === 1 ? '' : `/${name}`, livechat.origin)),
    within: 120_000,
    ...(reader.stdin && { logTo: reader.stdin }),
    // All strangers come from one address here.
    serverYaml: { anonymous_limit: 10_000_000 },
    env: { PARLEY_COOKIE_KEYS: parleyCookieKey, PARLEY_ENCRYPTION_KEYS: encryptionKey, ...env },
  });
  const issuerOf = (name: string) => (count === 1 ? parley.issuer : `${parley.issuer}/${name}`);
  const fillBrand = (brand: string, sessions: number, wanted?: number) =>
    fillParley(redis?.url ?? '', {
      brand,
      issuer: issuerOf(brand),
      count: sessions,
      ...(wanted !== undefined && { wanted }),
    });
  return {
    name: 'Parley',
    issuer: issuerOf('acme'),
    issuers: names.map(issuerOf),
    pid: parley.pid(),
    redisPid: redis?.pid(),
    startedAfter: parley.readyAfter,
    fill: (sessions) => fillBrand('acme', sessions),
    fillUnvisited: async (sessions) => void (await fillBrand('acme', sessions, 0)),
    fillEach: async (sessions) => {
      const cookies: string[][] = [];
      for (const name of names) cookies.push(await fillBrand(name, sessions));
      return cookies;
    },
    async stop() {
      await parley.stop();
      reader.kill();
      await livechat.stop();
      await redis?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface ParleySubject extends BrandsSubject {
  /** Adds consumers of the first brand who do not come back. */
  fillUnvisited(count: number): Promise<void>;
}

/** As a container's runtime or journald does. The generator would be late to read the log, and each line would wait for it. */
function startLogReader(): ChildProcess {
  const reader = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  endWithUs(reader);
  return reader;
}

async function writeKeys(folder: string, keys: JWK[]): Promise<void> {
  const created_at = new Date().toISOString();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = JSON.stringify({ keys: keys.map((jwk) => ({ created_at, jwk })) });
  await writeFile(join(folder, 'signing.json'), text, { mode: 0o600 });
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

function createBrand(brand: string, path: string, livechat: string) {
  return testBrand({
    brand,
    issuer: `http://localhost:PORT${path}`,
    scopes: { account: claimsByScope.account, billing: claimsByScope.billing },
    resources: {},
    clients: [
      { ...web, id: 'web' },
      { ...web, id: 'web-es256', id_token_alg: 'ES256' },
      {
        id: 'livechat',
        platform: 'livechat',
        pages: web.pages,
        livechat: livechatSettings(livechat, { grant: 'cookie' }),
      },
    ],
  });
}
