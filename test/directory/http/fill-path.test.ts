import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fillPath } from '../../../src/directory/http/fill-path.ts';

const base = 'https://accounts.internal/v1';

test('29 whatever the id, it stays inside its one segment of the path', () => {
  const nasty = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    '%',
    '%2e',
    '%2F',
    ';',
    '?',
    '#',
    '@',
    ':',
    '\0',
    '\n',
    '\t',
    'é',
    '\u{1F600}',
    'a',
  );
  const ids = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(nasty).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(ids, (id) => {
      const url = fillPath(base, '/accounts/{id}/profile', { id });
      if (!url) {
        expect(id === '.' || id === '..' || !id.isWellFormed()).toBe(true);
        return;
      }
      expect(url.origin).toBe('https://accounts.internal');
      expect([url.search, url.hash, url.username, url.password]).toEqual(['', '', '', '']);
      const [, version, accounts, segment = '', profile, ...rest] = url.pathname.split('/');
      expect([version, accounts, profile, rest]).toEqual(['v1', 'accounts', 'profile', []]);
      expect(decodeURIComponent(segment)).toBe(id);
      expect(segment).toMatch(/^([A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
    }),
    { numRuns: 500 },
  );
});

test('in a query it is one value', () => {
  expect(fillPath(base, '/find?by=id&id={id}', { id: "a&b=c'd#e" })?.search).toBe(
    '?by=id&id=a%26b%3Dc%27d%23e',
  );
});

test.each(['.', '..', '\uD800'])('%j cannot be asked for', (id) => {
  expect(fillPath(base, '/accounts/{id}', { id })).toBeUndefined();
});
