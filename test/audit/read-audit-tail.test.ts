import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Config } from '../../src/config/contract.ts';
import { readAuditTail } from '../../src/operations/read-audit.ts';
import { createTemporaryConfig, type TemporaryConfig } from '../config/temporary-config.ts';

/** What a running server reads of an audit log that may be large. */

const line = (minute: number, facts: object) =>
  `${JSON.stringify({ time: `2026-11-26T02:1${minute}:00.000Z`, event: 'sign_in.failed', ...facts })}\n`;
const first = line(0, { supportId: 'K7M2PX9QRT' });
const foreign = line(1, { supportId: 'ABCDEFGHJK', reason: 'K7M2PX9QRT' });
const last = line(2, { supportId: 'K7M2PX9QRT' });

let files: TemporaryConfig;
let config: Config;
beforeAll(async () => {
  files = await createTemporaryConfig({
    'config/brands/acme.yaml':
      'brand: acme\nissuer: https://id.acme.example\naccounts: { file: { path: accounts.yaml } }\n',
    'audit.log': first + foreign + last,
  });
  config = await files.load();
});
afterAll(() => files.remove());

const read = (name: string, bytes: number) =>
  readAuditTail(config, { file: join(files.cwd, name), bytes, choice: { supportId: 'K7M2PX9QRT' } });

test('a file that is short enough is looked through whole, for that id alone', async () => {
  expect(await read('audit.log', 10_000)).toEqual({
    lines: [JSON.parse(first), JSON.parse(last)],
    complete: true,
  });
});

test('of a longer one the end, without the line that it begins in', async () => {
  const bytes = foreign.length + last.length + 20;
  expect(await read('audit.log', bytes)).toEqual({ lines: [JSON.parse(last)], complete: false });
});

test('a file that was moved away has nothing, and one that cannot be read says so', async () => {
  expect(await read('moved.log', 10_000)).toEqual({ lines: [], complete: true });
  await mkdir(join(files.cwd, 'folder'));
  await expect(read('folder', 10_000)).rejects.toThrow('EISDIR');
});
