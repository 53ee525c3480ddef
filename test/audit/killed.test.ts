import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';
import { endWithUs } from '../support/end-with-us.ts';

const source = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;

/** docs/audit-log.md, "Where it goes": what a process leaves that is killed in the moment after an event. */
describe('an event of a process that is killed at once', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-audit-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** @returns what it wrote to standard output */
  async function recordThen(end: string, to: string): Promise<string> {
    const program = `
      import { createLog } from '${source('log.ts')}';
      import { openAuditLog } from '${source('brand/open-audit-log.ts')}';
      const audit = openAuditLog({
        server: { audit: { to: ${JSON.stringify(to)}, address: 'full', chain: false, keys: [] } },
        cookieKeys: ['a-key-of-a-test-of-more-than-32-characters'],
        log: createLog({ level: 'info' }),
        now: Date.now,
      });
      audit.record('config.loaded', { brands: ['acme'] });
      ${end}`;
    const flags = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'ignore'] });
    endWithUs(child);
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    await once(child, 'close');
    return text;
  }
  const kill = 'process.kill(process.pid, "SIGKILL");';

  test('is in a file', async () => {
    const file = join(folder, 'audit.log');
    await recordThen(kill, file);
    const events = readFileSync(file, 'utf8').trim().split('\n');
    expect(events.map((line) => JSON.parse(line).event)).toEqual(['audit.opened', 'config.loaded']);
  });

  test('is lost on standard output, where lines are gathered, and with any other end it is not', async () => {
    expect(await recordThen(kill, 'stdout')).toBe('');
    for (const end of ['', 'process.exit(0);', 'throw new Error("unexpected");'])
      expect(JSON.parse(await recordThen(end, 'stdout'))).toMatchObject({ event: 'config.loaded' });
  });

  test('is what the pages say', () => {
    const read = (path: string) => readFileSync(join(root, path), 'utf8');
    const wait = /longestWait = (\d+);/.exec(read('src/log-output.ts'))?.[1] ?? 'missing';
    for (const page of ['docs/audit-log.md', 'docs/logs.md', 'docs/operations.md'])
      expect([page, read(page)]).toEqual([page, expect.stringMatching(new RegExp(`\\b${wait} ms\\b`))]);
  });
});
