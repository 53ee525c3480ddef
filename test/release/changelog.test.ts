import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parser } from 'keep-a-changelog';
import { root } from '../support/documentation.ts';

/** CHANGELOG.md has the form of Keep a Changelog 1.1.0, and the newest release is the package's version. */

const text = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
const { version }: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const changelog = parser(text);
const kinds = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];

describe('CHANGELOG.md', () => {
  test('is read by a parser of the form, and its newest version is that of the package', () => {
    const [newest] = changelog.releases.filter(({ version: named }) => named !== undefined);
    expect(newest?.version).toBe(version);
  });

  test('has no kind of change but the six, and none without an entry', () => {
    const headings = [...text.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);
    expect(headings.filter((heading) => !kinds.includes(heading))).toEqual([]);
    for (const { changes } of changelog.releases) {
      expect([...changes.values()].flat().length).toBeGreaterThan(0);
    }
  });

  test('dates each release but the one that is not out yet', () => {
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
    expect(headings.filter((heading) => !/^\[(?:Unreleased|\d+\.\d+\.\d+)\]/.test(heading))).toEqual([]);
    const dated = headings.filter((heading) => / - \d{4}-\d\d-\d\d$/.test(heading));
    expect(headings.length - dated.length).toBeLessThanOrEqual(1);
  });
});
