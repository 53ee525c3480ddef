import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { validate } from 'dockerfile-utils';
import { root } from '../support/documentation.ts';

/** The Dockerfile by a linter, and by the rules that it does not know. */

const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
const lines = text.split('\n');
const stages = text.split(/^(?=FROM )/m).slice(1);
const final = stages.at(-1) ?? '';

describe('the Dockerfile', () => {
  test('has no fault that the linter knows', () => {
    expect(validate(text)).toEqual([]);
  });

  test('names every base image by its version', () => {
    const bases = lines.filter((line) => line.startsWith('FROM '));
    expect(bases.length).toBeGreaterThan(1);
    for (const base of bases)
      expect(base).toMatch(
        /^FROM (?:--platform=\S+ )?\w+:[\w.-]*\d[\w.-]* AS \w+$|^FROM \w+:[\w.-]*\d[\w.-]*$/,
      );
  });

  test('runs as somebody without rights, says how it is, and fetches nothing by ADD', () => {
    expect(final).toMatch(/^USER (?!root|0\b)/m);
    expect(final.indexOf('\nUSER ')).toBeLessThan(final.indexOf('\nCMD '));
    expect(final).toMatch(/^HEALTHCHECK .*CMD \[/m);
    expect(text).not.toMatch(/^ADD /m);
  });

  test('starts the server itself, so that signals reach it', () => {
    expect(final).toMatch(/^CMD \["node", .*"dist\/main\.js"\]$/m);
  });
});
