import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readRedisUrl } from '../../src/store/redis/redis-url.ts';
import { askRedis } from '../support/ask-redis.ts';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { root } from '../support/documentation.ts';
import { poll } from '../support/poll.ts';
import { startRedis } from '../support/redis-server.ts';

/** The Compose files: read by Compose itself, and the servers of the scaled one run with the very settings. */

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const scaled: {
  services: Record<string, { command?: string[]; environment?: Record<string, string> }>;
} = parse(read('deploy/compose/compose.yaml'), { merge: true });
const started = atEnd();

describeWith('docker-compose', (compose) => {
  test.each(['docker-compose.yml', 'deploy/compose/compose.yaml'])('Compose accepts %s', (file) => {
    const env = { ...process.env, PARLEY_COOKIE_KEYS: 'a', PARLEY_ENCRYPTION_KEYS: 'b' };
    execFileSync(compose, ['-f', join(root, file), 'config', '--quiet'], { env, stdio: 'pipe' });
  });

  test('without keys the scaled one does not start, and says how to make one', () => {
    const { PARLEY_COOKIE_KEYS: _cookie, PARLEY_ENCRYPTION_KEYS: _encryption, ...env } = process.env;
    const run = () =>
      execFileSync(compose, ['-f', join(root, 'deploy/compose/compose.yaml'), 'config', '--quiet'], {
        env,
        stdio: 'pipe',
        encoding: 'utf8',
      });
    expect(run).toThrow('npx parley keys cookie');
  });
});

test("haproxy's configuration is the recipe, with other ports and with Docker's names", () => {
  const body = (text: string): string[] =>
    text
      .slice(text.indexOf('\nglobal'))
      .split('\n')
      .filter((line) => !/^\s*(#.*)?$/.test(line));
  const recipe = body(read('deploy/haproxy/haproxy.cfg'));
  const ours = body(read('deploy/compose/haproxy.cfg'));
  const onlyIn = (a: string[], b: string[]) =>
    a.filter((line) => !b.includes(line)).map((line) => line.trim());
  expect(onlyIn(recipe, ours)).toEqual([
    'bind :80',
    'bind :443 ssl crt /etc/haproxy/certs/ alpn h2,http/1.1',
    expect.stringContaining('server parley1 '),
  ]);
  expect(onlyIn(ours, recipe)).toEqual([
    'resolvers docker',
    'nameserver dns 127.0.0.11:53',
    'hold valid 2s',
    'bind :8080',
    'bind :8443 ssl crt /etc/haproxy/certs/ alpn h2,http/1.1',
    expect.stringContaining('server-template parley 10 parley:3000'),
  ]);
});

describeWith('redis-server', () => {
  /** `--name value --name value…` as lines of a configuration file. */
  const settingsOf = (service: string): string[] =>
    (scaled.services[service]?.command ?? [])
      .slice(1)
      .join(' ')
      .split('--')
      .map((setting) => setting.trim())
      .filter(Boolean);

  test('the servers run with these settings: a write waits for the disk and a replica, the Sentinels know the master', async () => {
    const master = started(await startRedis({ settings: settingsOf('redis-1') }));
    const here = (line: string): string => line.replace(/\bredis-1 6379\b/, `127.0.0.1 ${master.port}`);
    for (const name of ['redis-2', 'redis-3']) {
      expect(settingsOf(name)).toEqual([...settingsOf('redis-1'), 'replicaof redis-1 6379']);
      started(await startRedis({ settings: settingsOf(name).map(here) }));
    }
    const lines = scaled.services['sentinel-1']?.command?.[2]?.match(/^sentinel .*$/gm) ?? [];
    const sentinel = started(await startRedis({ sentinel: lines.map(here) }));

    await poll('a write is taken, and a replica has it', 30_000, () =>
      askRedis(master, async (redis) => {
        await redis.set('key', 'value');
        return (await redis.call('WAIT', '1', '1000')) === 1 || (await redis.call('WAIT', '1', '1000')) === 2;
      }).catch(() => false),
    );
    await askRedis(master, async (redis) => {
      expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
      expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    });
    const address = scaled.services['parley']?.environment?.['PARLEY_STORE'] ?? '';
    const { kind, master: name = '' } = readRedisUrl(address) as { kind: string; master?: string };
    expect(kind).toBe('sentinel');
    await askRedis(sentinel, async (redis) => {
      expect(await redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)).toEqual([
        '127.0.0.1',
        String(master.port),
      ]);
    });
  });
});

describe('the image', () => {
  test('is told to end in time by both Compose files', () => {
    for (const file of ['docker-compose.yml', 'deploy/compose/compose.yaml'])
      expect(read(file)).toContain('stop_grace_period: 15s');
  });
});
