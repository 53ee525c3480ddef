import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningParley, startParley } from '../support/start-parley.ts';

describe('the audit log', () => {
  describe('among the lines of the log', () => {
    let parley: RunningParley;
    beforeAll(async () => {
      parley = await startParley({ env: { LOG_LEVEL: 'silent' } });
    });
    afterAll(() => parley.stop());

    test('is written whatever the level of the log is', () => {
      const lines = parley.log.filter(({ stream }) => stream === 'audit');
      expect(lines.map(({ event }) => event)).toEqual(['key.loaded', 'key.loaded', 'config.loaded']);
      expect(lines[0]).toMatchObject({
        brand: 'acme',
        alg: 'RS256',
        msg: 'A signing key is in use by this process.',
      });
      expect(lines[2]).toMatchObject({ brands: ['acme'] });
    });

    test('says that the configuration was read again', async () => {
      await parley.reload();
      expect(parley.log.at(-1)).toMatchObject({ event: 'config.changed', reason: 'the test', changed: [] });
    });
  });

  test('in a file is that file again after it was moved away', async () => {
    const parley = await startParley({ serverYaml: { audit: { to: 'audit.log' } } });
    const file = join(parley.folder, 'audit.log');
    await rename(file, `${file}.1`);
    await parley.reload();
    await parley.stop({ keepFolder: true });
    const events = async (path: string) =>
      (await readFile(path, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).event);
    expect(await events(`${file}.1`)).toEqual(['audit.opened', 'key.loaded', 'key.loaded', 'config.loaded']);
    expect(await events(file)).toEqual(['audit.reopened', 'config.changed', 'audit.closed']);
    await rm(parley.folder, { recursive: true });
  });
});
