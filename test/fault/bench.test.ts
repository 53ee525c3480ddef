import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { root } from '../support/documentation.ts';

/** docs/performance.md has what the commands of bench/ print. How long anything takes is no question of a test. */

const run = promisify(execFile);
const minutes = 60_000;

async function bench(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('npm', ['run', '--silent', script, '--', ...args], { cwd: root });
  return stdout;
}

/** The cells of each table below its `###`, the head first. */
function readTables(text: string): [string, string[][][]][] {
  const parts = text.split(/^(?=#{2,3} )/m).filter((part) => part.startsWith('### '));
  return parts.map((part) => {
    const tables = part.split('\n\n').filter((block) => block.startsWith('|'));
    return [
      part.slice(4, part.indexOf('\n')),
      tables.map((table) =>
        table
          .trim()
          .split('\n')
          .filter((line) => !line.startsWith('|-'))
          .map((line) =>
            line
              .slice(1, -1)
              .split('|')
              .map((cell) => cell.trim()),
          ),
      ),
    ];
  });
}

describeWith('redis-server', () => {
  test(
    'npm run bench prints the tables of docs/performance.md',
    async () => {
      const tiny =
        '--rounds 1 --seconds 0.2 --warm 0.2 --consumers 40 --sessions 1000,1001 --brands 1,2'.split(' ');
      const printed = await bench('bench', ...tiny);
      const text = readFileSync(`${root}/docs/performance.md`, 'utf8');
      const figures = readTables(text.slice(text.indexOf('\n## Figures')).split(/^## /m)[1] ?? '');
      expect(printed).toMatch(/^\d+ × .+, \d+ GiB, Node v24\./);
      expect(printed).not.toMatch(/NaN|undefined|Infinity/);
      expect(headsOf(readTables(printed))).toEqual(headsOf(figures));
      const grows = ['More sessions', 'More brands'];
      expect(namesOf(readTables(printed), grows)).toEqual(namesOf(figures, grows));
    },
    5 * minutes,
  );

  test(
    'npm run bench:overload says what is left at twice the capacity',
    async () => {
      const printed = await bench('bench:overload', '--rounds', '1', '--seconds', '1', '--warm', '1');
      expect(printed).toMatch(/goodput \d+ % of the peak, p99 × [\d.]+\n/);
      expect(printed).toMatch(/\/healthz/);
    },
    2 * minutes,
  );

  test(
    'npm run bench:profile gives the shares of owners and functions',
    async () => {
      const printed = await bench('bench:profile', '--seconds', '0.5');
      expect(printed).toMatch(/\d ms +[\d.]+ % +oidc-provider\n/);
      expect(printed).toMatch(/\d ms +[\d.]+ % +dispatch oidc-provider\/lib\/helpers\/router\.js:\d+\n/);
    },
    2 * minutes,
  );

  test(
    'npm run bench:allocations says whose they are',
    async () => {
      const printed = await bench('bench:allocations', '--cases', 'userinfo', '--seconds', '0.5');
      const rows = printed.split('\n').filter((line) => line.startsWith('|'));
      expect(rows.map((line) => line.split('|')[1]?.trim())).toContain('the library');
      expect(printed).not.toContain('NaN');
    },
    2 * minutes,
  );
});

function headsOf(tables: ReturnType<typeof readTables>) {
  return tables.map(([title, all]) => [title, all.map(([head]) => head)]);
}

/** What stands in the first cell of each row; those that grow have other sizes here. */
function namesOf(tables: ReturnType<typeof readTables>, except: readonly string[]) {
  return tables
    .filter(([title]) => !except.includes(title))
    .map(([title, all]) => [title, all.map((rows) => rows.map(([name]) => name))]);
}
