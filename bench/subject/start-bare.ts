import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JWK } from 'jose';
import type { ClientMetadata } from 'oidc-provider';
import { findFreePort } from '../../test/support/free-port.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import type { BareSettings } from '../bare/serve.ts';
import { fillBare } from '../fill/fill-bare.ts';
import { redirectUri, secret } from './example.ts';
import { redisDefaults } from './redis-defaults.ts';
import type { BrandsSubject } from './subject.ts';

export interface BareOptions {
  keys: JWK[];
  /** `memory`: a store that costs nothing, which no deployment has; it shows what the library itself takes. */
  store?: BareSettings['store'];
  env?: Record<string, string>;
  /** Counts what is asked of the store. */
  counted?: boolean;
  /** How many Providers: one at the root of its host, or each on a path of its own. */
  brands?: number;
}

/** oidc-provider alone, with the JSON adapter on a Redis of its own. */
export async function startBare({
  keys,
  store = 'redis',
  env = {},
  counted = false,
  brands = 1,
}: BareOptions): Promise<BrandsSubject & { redisUrl: string }> {
  const redis = await startRedis(redisDefaults);
  const port = await findFreePort();
  const origin = `http://localhost:${port}`;
  const paths = brands === 1 ? [''] : Array.from({ length: brands }, (_, index) => `/brand-${index}`);
  const issuers = paths.map((path) => origin + path);
  const settings: BareSettings = { issuers, port, store, redis: redis.url, keys, clients, counted };
  const began = performance.now();
  const server = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, '../bare/serve.ts'),
      JSON.stringify(settings),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  );
  await once(server.stdout, 'data');
  return {
    name: store === 'memory' ? 'library' : 'bare',
    issuer: issuers[0] ?? '',
    issuers,
    pid: server.pid ?? 0,
    redisPid: redis.pid(),
    redisUrl: redis.url,
    startedAfter: performance.now() - began,
    fill: (count) => fillBare(redis.url, count),
    // They share one store: whoever is signed in at one is signed in at each.
    fillEach: async (count) => {
      const cookies = await fillBare(redis.url, count * brands);
      return issuers.map((_, index) => cookies.slice(index * count, (index + 1) * count));
    },
    async stop() {
      server.kill('SIGTERM');
      await once(server, 'exit');
      await redis.stop();
    },
  };
}

const web: Omit<ClientMetadata, 'client_id'> = {
  client_secret: secret,
  redirect_uris: [redirectUri],
  response_types: ['code', 'id_token'],
  grant_types: ['authorization_code', 'implicit', 'refresh_token'],
};

const clients: ClientMetadata[] = [
  { ...web, client_id: 'web', id_token_signed_response_alg: 'RS256' },
  { ...web, client_id: 'web-es256', id_token_signed_response_alg: 'ES256' },
];
