import { appendFile, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ConfigWatch, createConfigWatch } from '../../src/config/watch-config.ts';
import { poll } from '../support/poll.ts';
import { createTemporaryConfig, goodBrand, type TemporaryConfig } from './temporary-config.ts';

/** Real files, and a look every 20 ms. */
let config: TemporaryConfig;
let watch: ConfigWatch;
let seen: number;

beforeEach(async () => {
  config = await createTemporaryConfig({ 'config/brands/acme.yaml': goodBrand });
  watch = await createConfigWatch({ env: {}, cwd: config.cwd, pause: 20 });
  seen = 0;
  watch.start(async () => {
    seen += 1;
  });
});
afterEach(async () => {
  watch.stop();
  await config.remove();
});

const path = (name: string) => join(config.cwd, 'config/brands', name);

/** In one go: a slow disk must not show a file that is there and has no text yet. */
async function put(file: string, text: string): Promise<void> {
  await config.write('draft', text);
  await rename(join(config.cwd, 'draft'), file);
}

/** A change that is made in one go is told once. */
async function expectOneChange(change: () => Promise<unknown>): Promise<void> {
  const before = seen;
  await change();
  await poll('the change is seen', 30_000, () => seen > before);
  await afterSomeLooks();
  expect(seen).toBe(before + 1);
}

/** Looks come one after the other, so that three touched files mean at least three looks. */
async function afterSomeLooks(): Promise<void> {
  const marker = await createConfigWatch({ env: {}, cwd: config.cwd, pause: 20 });
  const { promise, resolve } = Promise.withResolvers<void>();
  marker.add('marker');
  marker.start(async () => resolve());
  await writeFile(join(config.cwd, 'marker'), 'x');
  await promise;
  marker.stop();
}

test('files that stay the same are no change', async () => {
  await afterSomeLooks();
  expect(seen).toBe(0);
});

test('a file that was written in place', () =>
  expectOneChange(() => appendFile(path('acme.yaml'), '\n# changed\n')));

test('a file of the same length and the same time, renamed into its place as editors do', async () => {
  const time = new Date('2026-01-01T00:00:00Z');
  await expectOneChange(() => utimes(path('acme.yaml'), time, time));
  await writeFile(path('.acme.swp'), goodBrand.replace('web', 'wab'));
  await utimes(path('.acme.swp'), time, time);
  await expectOneChange(() => rename(path('.acme.swp'), path('acme.yaml')));
});

test('a brand that is new, or gone', async () => {
  await expectOneChange(() => put(path('zeta.yaml'), goodBrand));
  await expectOneChange(() => rm(path('zeta.yaml')));
});

test('server.yaml', () => expectOneChange(() => put(join(config.cwd, 'config/server.yaml'), 'port: 0\n')));

test('a folder mounted by Kubernetes, whose ..data link is swapped', async () => {
  const swap = async (version: string) => {
    await mkdir(path(version));
    await writeFile(path(`${version}/acme.yaml`), goodBrand);
    await symlink(version, path('..data_tmp'));
    await rename(path('..data_tmp'), path('..data'));
  };
  await swap('..2026_1');
  await expectOneChange(async () => {
    await symlink('..data/acme.yaml', path('link'));
    await rename(path('link'), path('acme.yaml'));
  });
  await expectOneChange(() => swap('..2026_2'));
});

test('a configuration folder that is itself a link to a release', async () => {
  await config.write('releases/2/brands/acme.yaml', goodBrand);
  await rename(join(config.cwd, 'config'), join(config.cwd, 'releases/1'));
  await symlink('releases/1', join(config.cwd, 'config'));
  await expectOneChange(async () => {
    await symlink('releases/2', join(config.cwd, 'next'));
    await rename(join(config.cwd, 'next'), join(config.cwd, 'config'));
  });
});

test('a file that a value was read from, though it lies elsewhere or does not exist yet', async () => {
  watch.add('secrets/web');
  await afterSomeLooks();
  expect(seen).toBe(0);
  const file = join(config.cwd, 'secrets/web');
  await mkdir(dirname(file));
  await expectOneChange(() => put(file, 'one'));
  await expectOneChange(() => put(file, 'two'));
});

test('nothing after the end', async () => {
  watch.stop();
  await writeFile(path('acme.yaml'), `${goodBrand}\n# changed\n`);
  await afterSomeLooks();
  expect(seen).toBe(0);
});
