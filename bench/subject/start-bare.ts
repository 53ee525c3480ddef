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
import type { Subject } from './subject.ts';

export interface BareOptions {
  keys: JWK[];
  /** `memory`: a store that costs nothing, which no deployment has; it shows what the library itself takes. */
  store?: BareSettings['store'];
  env?: Record<string, string>;
  /** Counts what is asked of the store. */
  counted?: boolean;
}

/** oidc-provider alone, with the JSON adapter on a Redis of its own. */
export async function startBare({
  keys,
  store = 'redis',
  env = {},
  counted = false,
}: BareOptions): Promise<Subject & { redisUrl: string }> {
  const redis = await startRedis(redisDefaults);
  const port = await findFreePort();
  const issuer = `http://localhost:${port}`;
  const settings: BareSettings = { issuer, port, store, redis: redis.url, keys, clients, counted };
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
    issuer,
    pid: server.pid ?? 0,
    redisPid: redis.pid(),
    redisUrl: redis.url,
    startedAfter: performance.now() - began,
    fill: (count) => fillBare(redis.url, count),
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
