import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { AccountsFileError, parseAccountsFile } from '../../src/directory/accounts-file.ts';
import { findYamlExamples } from '../support/yaml-examples.ts';

const goodHash =
  '$argon2id$v=19$m=19456,t=2,p=1$LYbZl2HmIq8zIc+bY/5mVA$65A/v621oHZqhVkWCC0L/bsUnHxqdsT31uJERfqbr10';

function problemsOf(text: string): readonly string[] {
  try {
    parseAccountsFile(text, 'demo.yaml');
  } catch (error) {
    if (error instanceof AccountsFileError) return error.problems;
    throw error;
  }
  return [];
}

describe('an accounts file', () => {
  test('may be YAML or JSON', () => {
    const fromYaml = parseAccountsFile(
      `accounts:\n  - { id: a, login: dana, password_hash: ${JSON.stringify(goodHash)} }`,
      'x',
    );
    const fromJson = parseAccountsFile(
      JSON.stringify({ accounts: [{ id: 'a', login: 'dana', password_hash: goodHash }] }),
      'x',
    );
    for (const [account] of [fromYaml, fromJson])
      expect(account).toEqual({
        accountId: 'a',
        logins: ['dana'],
        passwordHash: expect.objectContaining({ cost: 'argon2id:19456:2:1' }),
        disabled: false,
        record: { id: 'a', login: 'dana' },
      });
  });

  test('of the documentation is right', async () => {
    const page = await readFile(new URL('../../docs/directories/file.md', import.meta.url), 'utf8');
    const example = findYamlExamples(page).find(({ path }) => path === 'config/accounts/acme.yaml');
    expect(parseAccountsFile(example?.text ?? '', 'x')).toMatchObject([
      { accountId: 'c-dana-7Qm2', disabled: false },
      { accountId: 'c-sam-9Xw4', disabled: true },
    ]);
  });

  test('is refused with every problem at once, each with its line', () => {
    const text = [
      'accounts:',
      '  - id: 12',
      '    login: dana',
      '    password_hash: plain text',
      '  - id: b',
      '    login: dana',
      '    disabled: "yes"',
      '  - id: b',
    ].join('\n');
    expect(problemsOf(text).toSorted()).toEqual([
      'demo.yaml:2 accounts[0].id: must be text: put it in quotes',
      'demo.yaml:4 accounts[0].password_hash: a password hash is in none of the known formats: `npx parley accounts hash` makes one',
      'demo.yaml:6 accounts[1].login: another account has this login',
      'demo.yaml:7 accounts[1].disabled: must be true or false',
      'demo.yaml:8 accounts[2].id: another account has this id',
    ]);
  });

  test.each([
    ['an empty id', '{ id: "" }', 'accounts[0].id'],
    ['an id of 256 characters', `{ id: ${'x'.repeat(256)} }`, 'accounts[0].id'],
    ['an id with a blank', '{ id: "a b" }', 'accounts[0].id'],
    ['no id', '{ login: dana }', 'accounts[0].id'],
    ['an MD5 hash', '{ id: a, password_hash: 5f4dcc3b5aa765d61d8327deb882cf99 }', 'password_hash'],
    ['a number for a hash', '{ id: a, password_hash: 12 }', 'password_hash'],
    [
      'a hash that would take 4 GiB',
      '{ id: a, password_hash: "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$aGFzaA" }',
      'password_hash',
    ],
    ['a misspelt password_hash', `{ id: a, pasword_hash: "${goodHash}" }`, 'accounts[0].pasword_hash'],
    ['a hash of another format in the record', '{ id: a, old: "pbkdf2_sha256$1$a$b" }', 'accounts[0].old'],
    ['a hash deep in the record', `{ id: a, old: [{ hash: "{SSHA}abc" }] }`, 'accounts[0].old[0].hash'],
    ['one login twice in different members', '{ id: a, login: d, logins: [d] }', 'accounts[0].logins[0]'],
  ])('with %s is refused', (_title, entry, where) => {
    const problems = problemsOf(`accounts:\n  - ${entry}`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(where);
  });

  test('with broken YAML is refused with the line', () => {
    expect(problemsOf("accounts:\n  - id: 'a\n").join()).toMatch(/^demo\.yaml:3 Missing closing 'quote/);
  });

  test.each([
    ['', 'the file'],
    ['[]', 'the file'],
    ['accounts: 1', 'accounts'],
    ['accounts: []\nusers: []', 'the file'],
  ])('%j is refused', (text, where) => {
    expect(problemsOf(text)[0]).toContain(` ${where}: `);
  });

  test('never repeats a hash in a problem', () => {
    const text = `accounts:\n  - { id: a, extra: "${goodHash}", password_hash: "${goodHash}x$" }`;
    expect(problemsOf(text).join()).not.toContain('65A/v621');
  });

  test('cannot set a prototype through a member name', () => {
    const [account] = parseAccountsFile('{"accounts":[{"id":"a","__proto__":{"admin":true}}]}', 'x');
    expect(account?.record['admin']).toBeUndefined();
  });
});
