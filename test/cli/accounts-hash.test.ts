import { describe, expect, test } from '@jest/globals';
import { parseOptions, verify } from '@node-rs/argon2';
import { PassThrough } from 'node:stream';
import { registerAccountsHash } from '../../src/cli/accounts-hash.ts';
import { callCli } from './cli-call.ts';

function typed(text: string, terminal = false) {
  const stdin = Object.assign(new PassThrough(), terminal ? { isTTY: true, setRawMode: () => {} } : {});
  stdin.end(text);
  return stdin;
}

const hash = (text: string, args: string[] = [], terminal = false) =>
  callCli((program, io) => registerAccountsHash(program, { ...io, stdin: typed(text, terminal) }), {
    args: ['accounts', 'hash', ...args],
    cwd: '/',
  });

describe('parley accounts hash', () => {
  test('prints an argon2id hash of the first line, without the line break', async () => {
    const { code, stdout, stderr } = await hash('pä ss$\nsecond line\n');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]+\$[\w+/]+\n$/);
    expect(parseOptions(stdout.trim()).saltLen).toBe(16);
    expect(await verify(stdout.trim(), 'pä ss$')).toBe(true);
  });

  test('salts: one password, two hashes', async () => {
    expect((await hash('demo')).stdout).not.toBe((await hash('demo')).stdout);
  });

  test('on a terminal it asks twice, shows nothing of it, and refuses two different ones', async () => {
    const same = await hash('demo\rdemo\r', [], true);
    expect(same).toMatchObject({ code: 0, stderr: 'Password: \nOnce more: \n' });
    expect(await verify(same.stdout.trim(), 'demo')).toBe(true);
    expect(await hash('demo\rdemp\r', [], true)).toMatchObject({ code: 1, stdout: '' });
  });

  test.each([
    ['an empty input', '', []],
    ['an empty line', '\n', []],
    ['more than 1024 bytes', 'é'.repeat(513), []],
    ['a password as an argument', 'demo\n', ['demo']],
  ])('refuses %s', async (_title, text, args) => {
    const { code, stdout, stderr } = await hash(text, args);
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr).not.toContain('éé');
  });
});
