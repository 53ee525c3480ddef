import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';

const drivers = ['pg', 'mysql2', 'undici', 'ldapts'];

/** Which of the drivers are in memory after the code ran in a Node of its own. */
function loadedBy(code: string): string[] {
  const report = `console.log(JSON.stringify(Object.keys(process.getBuiltinModule('module')._cache)))`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', `${code}; ${report}`], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const files: string[] = JSON.parse(output.trim().split('\n').at(-1) ?? '[]');
  return drivers.filter((driver) => files.some((file) => file.includes(`/node_modules/${driver}/`)));
}

const open = (accounts: object): string => `
  const { openDirectory } = await import('./src/directory/open-directory.ts');
  const log = { error() {}, info() {}, warn() {} };
  await openDirectory(${JSON.stringify({ enrich: [], ...accounts })}, { log, now: Date.now, compile() {} })`;

test('a brand with a file of accounts loads no driver of a database', () => {
  expect(loadedBy(open({ file: { path: 'config/accounts/demo.yaml' } }))).not.toContain('pg');
  expect(loadedBy(open({ file: { path: 'config/accounts/demo.yaml' } }))).not.toContain('mysql2');
});

test('a brand with a database loads its own driver and not the other', () => {
  const sql = { find: 'select :id', id: 'id', pool: 1, timeout: 1000, cache: 0, tls: {} };
  const postgres = loadedBy(open({ sql: { ...sql, url: 'postgres://parley@localhost/shop' } }));
  expect([postgres.includes('pg'), postgres.includes('mysql2')]).toEqual([true, false]);
  const mysql = loadedBy(open({ sql: { ...sql, url: 'mysql://parley@localhost/shop' } }));
  expect([mysql.includes('pg'), mysql.includes('mysql2')]).toEqual([false, true]);
});
