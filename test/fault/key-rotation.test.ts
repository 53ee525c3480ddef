import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { parseSigningFile } from '../../src/keys/signing-file.ts';
import { describeWith } from '../support/availability.ts';
import { poll } from '../support/poll.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { patient } from '../support/start-parley.ts';
import { dana, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

/** Two processes and two brands on one Redis and one folder of keys; whoever rotates is killed at any moment. */
describeWith('redis-server', () => {
  let redis: RedisServer;
  let parleys: ParleyProcess[];
  const brands = ['acme', 'bank'].map((brand) =>
    testBrand({ brand, issuer: `http://localhost:PORT/${brand}` }),
  );

  beforeAll(async () => {
    redis = await startRedis();
    const first = await spawnParley({ store: redis.url, brands, serverYaml: patient });
    parleys = [first, await spawnParley({ store: redis.url, brands, beside: first })];
  });
  afterAll(async () => {
    for (const parley of parleys?.toReversed() ?? []) await parley.stop();
    await redis?.stop();
  });

  const folder = () => join(parleys[0]!.folder, 'keys/acme');
  const read = async () =>
    parseSigningFile(await readFile(join(folder(), 'signing.json'), 'utf8'), 'signing.json');

  function rotate(): ChildProcess {
    const { folder: cwd, port } = parleys[0]!;
    const args = ['keys', 'rotate', '--brand', 'acme', '--alg', 'RS256', '--force'];
    return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], PORT: String(port), PARLEY_STORE: redis.url },
      stdio: 'ignore',
    });
  }

  function endOf(child: ChildProcess): Promise<number | null> {
    const { promise, resolve } = Promise.withResolvers<number | null>();
    child.once('exit', resolve);
    return promise;
  }

  async function kidsAt(parley: ParleyProcess, brand: string): Promise<string[]> {
    const answer = await parley.fetch(`http://localhost:${parleys[0]!.port}/${brand}/jwks`);
    return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid).toSorted();
  }

  /** A token of one process, verified with the key set of the other. */
  async function expectGoodTokens(visitor: Visitor, brand: string): Promise<void> {
    const issuer = `http://localhost:${parleys[0]!.port}/${brand}`;
    for (const [signer, publisher] of [parleys, parleys.toReversed()] as [ParleyProcess, ParleyProcess][]) {
      const client = webClient({ issuer, fetch: signer.fetch });
      const code = (await authorizeSilently(visitor, authorizationUrl(client))).get('code') ?? '';
      const { body } = await exchange(client, code);
      const keys = (await (await publisher.fetch(`${issuer}/jwks`)).json()) as JSONWebKeySet;
      await jwtVerify(body.id_token, createLocalJWKSet(keys));
      expect(decodeProtectedHeader(body.id_token).alg).toBe('RS256');
    }
  }

  describe('a rotation that is killed', () => {
    test('at any moment leaves whole keys, the same in both processes, and the next one goes through', async () => {
      const visitor = new Visitor(parleys[0]!.fetch);
      const issuer = (brand: string) => `http://localhost:${parleys[0]!.port}/${brand}`;
      for (const brand of ['acme', 'bank'])
        await signIn(
          visitor,
          authorizationUrl(webClient({ issuer: issuer(brand), fetch: parleys[0]!.fetch })),
          dana,
        );
      const bank = await kidsAt(parleys[0]!, 'bank');

      let began = performance.now();
      expect(await endOf(rotate())).toBe(0);
      let usual = performance.now() - began;

      let killed = 0;
      let done = 0;
      for (let round = 0; round < 25; round += 1) {
        const before = (await read()).length;
        began = performance.now();
        const child = rotate();
        const ended = endOf(child);
        // Most of its time goes into reading the program; its work is at the end.
        setTimeout(() => child.kill('SIGKILL'), usual * (0.6 + 0.5 * (round / 25)));
        if ((await ended) === null) killed += 1;
        // As fast as the machine is now: other work on it comes and goes.
        else usual = performance.now() - began;
        const after = (await read()).length;
        expect([before, before + 1]).toContain(after);
        done += after - before;
      }
      expect(killed).toBeGreaterThan(3);

      expect(await endOf(rotate())).toBe(0);
      const kids = (await read()).map(({ jwk }) => jwk.kid).toSorted();
      expect(kids).toHaveLength(2 + 1 + done + 1);
      for (const parley of parleys)
        await poll(
          'both processes publish what the file has',
          30_000,
          async () => (await kidsAt(parley, 'acme')).join() === kids.join(),
        );
      await expectGoodTokens(visitor, 'acme');
      await expectGoodTokens(visitor, 'bank');
      for (const parley of parleys) expect(await kidsAt(parley, 'bank')).toEqual(bank);
      expect((await readdir(folder())).filter((name) => name.endsWith('.lock'))).toEqual([]);
    }, 300_000);
  });
});
