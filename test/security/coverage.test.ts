import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, matchesGlob, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';

/** docs/security.md, "Cases": each has a test with its number in the title, in a file that a command runs and the page names. */

const cases = Array.from({ length: 64 }, (_, index) => index + 1);

interface TestFile {
  path: string;
  /** The cases that titles of it begin with: `test('13 parallel …`, `describe.each(table)('36, 37 %s …`. */
  numbers: readonly number[];
}

const files: readonly TestFile[] = globSync('test/**/*.test.ts', { cwd: root })
  .filter((path) => path !== 'test/security/coverage.test.ts')
  .map((path) => ({ path, numbers: findNumbers(readFileSync(join(root, path), 'utf8')) }));

function findNumbers(text: string): number[] {
  const titles = text.matchAll(/(?:\b(?:test|describe)\(|\)\()\s*['"`](\d{1,2}(?:, \d{1,2})*) \S/g);
  return [...titles].flatMap(([, numbers = '']) => numbers.split(', ').map(Number));
}

/** Case → the test files that its row in docs/security.md names. */
const documented = new Map(
  [...readFileSync(join(root, 'docs/security.md'), 'utf8').matchAll(/^\| (\d+) \|.*$/gm)].map(
    ([row, number]) => [
      Number(number),
      [...row.matchAll(/\(\.\.\/(test\/[^)]+)\)/g)].map(([, path = '']) => path),
    ],
  ),
);

interface JestConfig {
  testMatch: string[];
  testPathIgnorePatterns: string[];
}

/** What `npm test` and the other commands of package.json hand to jest. */
async function loadCommands(): Promise<JestConfig[]> {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const configs = Object.values(scripts)
    .filter((script) => /\bjest\b/.test(script))
    .map((script) => /-c (\S+)/.exec(script)?.[1] ?? 'jest.config.js');
  return Promise.all(
    configs.map(
      async (name) =>
        ((await import(pathToFileURL(resolve(root, name)).href)) as { default: JestConfig }).default,
    ),
  );
}

function runs({ testMatch, testPathIgnorePatterns }: JestConfig, path: string): boolean {
  const isMatched = testMatch.some((glob) => matchesGlob(path, glob.replace('<rootDir>/', '')));
  return (
    isMatched &&
    !testPathIgnorePatterns.some((pattern) =>
      new RegExp(pattern.replace('<rootDir>/', '^/')).test(`/${path}`),
    )
  );
}

describe('the cases of docs/security.md', () => {
  test('are all 64, in their order', () => {
    expect([...documented.keys()]).toEqual(cases);
  });

  test.each(cases)('%i has a test by its number in each file that its row names', (number) => {
    const named = documented.get(number) ?? [];
    expect(named).not.toEqual([]);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const numbered = files.filter(({ numbers }) => numbers.includes(number)).map(({ path }) => path);
    expect(named.filter((path) => !numbered.includes(path))).toEqual([]);
  });

  test('have no other numbers in titles', () => {
    const unknown = files.filter(({ numbers }) => numbers.some((number) => !cases.includes(number)));
    expect(unknown).toEqual([]);
  });

  test('are in files that a command runs', async () => {
    const commands = await loadCommands();
    const numbered = files.filter(({ numbers }) => numbers.length > 0);
    const idle = numbered.filter(({ path }) => !commands.some((command) => runs(command, path)));
    expect(idle.map(({ path }) => path)).toEqual([]);
  });

  test('are what each file of test/security is for', () => {
    const own = files.filter(({ path }) => path.startsWith('test/security/'));
    expect(own.filter(({ numbers }) => numbers.length === 0)).toEqual([]);
  });
});

test('a number is found wherever a title may stand', () => {
  const text = "test('7 x', …); test.each([\n])(\n  '8, 9 %s', …); describe('10 and 11'); poll('12 x')";
  expect(findNumbers(text)).toEqual([7, 8, 9, 10]);
  expect(findNumbers("test('63 the ids')test(`100 of them`)")).toEqual([63]);
});
