import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { findFreePort } from '../support/free-port.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';

function modesBelow(folder: string): { file: string; mode: string; isFolder: boolean }[] {
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    join(folder, name),
  );
  return [folder, ...entries].map((file) => {
    const state = statSync(file);
    return { file, mode: (state.mode & 0o777).toString(8), isFolder: state.isDirectory() };
  });
}

test('the first start makes keys that nobody else on the machine can read', async () => {
  const parley = await spawnParley();
  try {
    const made = modesBelow(join(parley.folder, 'keys'));
    expect(made.filter(({ isFolder }) => !isFolder).length).toBeGreaterThanOrEqual(2);
    for (const { file, mode, isFolder } of made)
      expect([file, mode]).toEqual([file, isFolder ? '700' : '600']);
    const data = modesBelow(join(parley.folder, 'data'));
    for (const { file, mode, isFolder } of data)
      expect([file, mode]).toEqual([file, isFolder ? '700' : '600']);
  } finally {
    await parley.stop();
  }
});

test('processes that start at once on an empty key folder end with one key set and one set of cookie keys', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'parley-keys-'));
  const issuerPort = await findFreePort();
  const brands = [{ ...brandAt(issuerPort) }];
  const parleys: ParleyProcess[] = [];
  try {
    const ports = [issuerPort, await findFreePort(), await findFreePort()];
    const starts = await Promise.allSettled(ports.map((port) => spawnParley({ folder, port, brands })));
    for (const start of starts) if (start.status === 'fulfilled') parleys.push(start.value);
    expect(parleys).toHaveLength(3);
    const sets = await Promise.all(
      parleys.map(async (parley) => (await parley.fetch(`http://localhost:${issuerPort}/jwks`)).json()),
    );
    expect(sets[1]).toEqual(sets[0]);
    expect(sets[2]).toEqual(sets[0]);
    expect(
      readdirSync(join(folder, 'keys'), { recursive: true }).filter((name) =>
        String(name).endsWith('.draft'),
      ),
    ).toEqual([]);
  } finally {
    await Promise.all(parleys.map((parley) => parley.stop()));
    await rm(folder, { recursive: true, force: true });
  }
});

function brandAt(port: number): object {
  return {
    brand: 'acme',
    issuer: `http://localhost:${port}`,
    accounts: { file: { path: 'config/accounts.yaml' } },
    clients: [
      {
        id: 'web',
        secret: 'a-secret-of-the-tests-0123456789',
        redirect_uris: ['https://shop.acme.example/callback'],
      },
    ],
  };
}
