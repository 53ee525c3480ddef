import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { AccountDirectory, PasswordOutcome } from '../../src/directory/contract.ts';
import { createFileDirectory } from '../../src/directory/file-directory.ts';
import { describeDirectoryContract } from '../contract/directory-contract.ts';

let folder: string;
let demoHash: string;
const silent = { error: () => {}, info: () => {} };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-accounts-'));
  demoHash = await hash('demo');
});
afterAll(() => rm(folder, { recursive: true }));

function entry(id: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { id, login: `${id}-login`, password_hash: demoHash, plan: 'Basic', ...more };
}

async function write(name: string, accounts: Record<string, unknown>[]): Promise<string> {
  const path = join(folder, name);
  // By renaming, as an operator should: a reader never sees half a file.
  await writeFile(`${path}.new`, stringify({ accounts }));
  await rename(`${path}.new`, path);
  return path;
}

async function attempt(
  directory: AccountDirectory,
  login: string,
  password: string,
): Promise<PasswordOutcome | undefined> {
  return directory.checkPassword?.({ login, password });
}

describeDirectoryContract('file', async () => {
  const path = await write('contract.yaml', [entry('acc-1'), entry('acc-2', { disabled: true })]);
  return {
    directory: await createFileDirectory({ path, log: silent }),
    known: { accountId: 'acc-1', login: 'acc-1-login', password: 'demo' },
    disabled: { accountId: 'acc-2', login: 'acc-2-login', password: 'demo' },
    secrets: [demoHash, '$argon2'],
    dispose: async () => {},
  };
});

describe('the record', () => {
  test('is everything of the entry but its hash and its disabled mark', async () => {
    const path = await write('record.yaml', [
      entry('a', { disabled: false, billing: { balance: 12.5, history: [{ due: 'é' }] } }),
    ]);
    const directory = await createFileDirectory({ path, log: silent });
    expect(await directory.findAccount('a')).toEqual({
      accountId: 'a',
      record: {
        id: 'a',
        login: 'a-login',
        plan: 'Basic',
        billing: { balance: 12.5, history: [{ due: 'é' }] },
      },
    });
  });

  test('cannot be changed by one caller under the next', async () => {
    const path = await write('frozen.yaml', [entry('a', { billing: { balance: 1 } })]);
    const directory = await createFileDirectory({ path, log: silent });
    const account = await directory.findAccount('a');
    expect(() => {
      Object.assign(account?.record['billing'] ?? {}, { balance: 0 });
    }).toThrow(TypeError);
  });

  test('several logins reach one account, and case matters', async () => {
    const path = await write('logins.yaml', [
      entry('a', { login: undefined, logins: ['dana', 'dana@mail.example'] }),
    ]);
    const directory = await createFileDirectory({ path, log: silent });
    expect(await attempt(directory, 'dana', 'demo')).toMatchObject({ kind: 'signed-in' });
    expect(await attempt(directory, 'dana@mail.example', 'demo')).toMatchObject({
      kind: 'signed-in',
    });
    expect(await attempt(directory, 'Dana', 'demo')).toEqual({ kind: 'refused' });
  });

  test('an account without a password hash cannot sign in with any password', async () => {
    const path = await write('nohash.yaml', [entry('a', { password_hash: undefined })]);
    const directory = await createFileDirectory({ path, log: silent });
    for (const password of ['', 'demo', 'undefined']) {
      expect(await attempt(directory, 'a-login', password)).toEqual({ kind: 'refused' });
    }
    expect(await directory.findAccount('a')).toBeDefined();
  });

  test('a hash of another program signs in too', async () => {
    // PHP's password_hash
    const bcrypt = '$2y$05$zWP559iTj/Pd5mHD1IRpxue.ES7PDvT7b81pP/mpjYJZSl5rxsGRa';
    const path = await write('bcrypt.yaml', [entry('a', { password_hash: bcrypt }), entry('b')]);
    const directory = await createFileDirectory({ path, log: silent });
    expect(await attempt(directory, 'a-login', 'correct horse')).toMatchObject({ kind: 'signed-in' });
    expect(await attempt(directory, 'b-login', 'demo')).toMatchObject({ kind: 'signed-in' });
    expect(await attempt(directory, 'b-login', 'correct horse')).toEqual({ kind: 'refused' });
  });

  test('even a hash of the empty password does not let an empty password in', async () => {
    const path = await write('empty.yaml', [entry('a', { password_hash: await hash('') })]);
    const directory = await createFileDirectory({ path, log: silent });
    expect(await attempt(directory, 'a-login', '')).toEqual({ kind: 'refused' });
  });
});

async function start(accounts: Record<string, unknown>[], name: string) {
  let time = 0;
  const log = { error: jest.fn(), info: jest.fn() };
  const path = await write(name, accounts);
  const directory = await createFileDirectory({ path, log, now: () => time });
  return { directory, path, log, wait: (milliseconds: number) => (time += milliseconds) };
}

describe('a changed file', () => {
  test('takes effect within a second, without a restart', async () => {
    const { directory, wait } = await start([entry('a')], 'reload.yaml');
    await write('reload.yaml', [entry('a', { disabled: true })]);
    expect(await directory.findAccount('a')).toBeDefined();
    wait(1000);
    expect(await directory.findAccount('a')).toBeUndefined();
    expect(await attempt(directory, 'a-login', 'demo')).toEqual({
      kind: 'refused',
    });
  });

  test('takes effect for all that ask at the same time', async () => {
    const { directory, wait } = await start([entry('a')], 'reload-all.yaml');
    await write('reload-all.yaml', [entry('a', { disabled: true })]);
    wait(1000);
    const found = await Promise.all(Array.from({ length: 20 }, () => directory.findAccount('a')));
    expect(found.filter(Boolean)).toEqual([]);
  });

  test('that is broken leaves the last good one in force, says so once, and heals', async () => {
    const { directory, path, log, wait } = await start([entry('a')], 'broken.yaml');
    await writeFile(path, 'accounts: [');
    for (let second = 0; second < 3; second++) {
      wait(1000);
      expect(await directory.findAccount('a')).toBeDefined();
    }
    expect(log.error).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(log.error.mock.calls)).not.toContain('$argon2');
    await write('broken.yaml', [entry('b')]);
    wait(1000);
    expect(await directory.findAccount('a')).toBeUndefined();
    expect(await directory.findAccount('b')).toBeDefined();
  });

  test('that is gone leaves the last good one in force', async () => {
    const { directory, path, wait, log } = await start([entry('a')], 'gone.yaml');
    await rm(path);
    wait(1000);
    expect(await directory.findAccount('a')).toBeDefined();
    await expect(directory.ping()).resolves.toBeUndefined();
    expect(log.error).toHaveBeenCalledTimes(1);
  });
});

test('100 password checks at once hold the memory of two', async () => {
  const path = await write('memory.yaml', [entry('a')]);
  const directory = await createFileDirectory({ path, log: silent });
  await attempt(directory, 'a-login', 'warm');
  const before = process.memoryUsage().rss;
  let peak = before;
  const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
  await Promise.all(Array.from({ length: 100 }, () => attempt(directory, 'a-login', 'x')));
  clearInterval(timer);
  // 100 at once would be 1,900 MiB, the thread pool's four 76 MiB
  expect((peak - before) / 2 ** 20).toBeLessThan(70);
});

test('a file that is missing at the start is refused with its name', async () => {
  await expect(createFileDirectory({ path: join(folder, 'none.yaml'), log: silent })).rejects.toThrow(
    /none\.yaml: the accounts file cannot be read \(ENOENT\)/,
  );
});
