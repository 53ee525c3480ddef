import { describe, expect, test } from '@jest/globals';
import { createSeal } from '../../src/keys/seal.ts';

const old = 'an-old-encryption-key-of-32-characters-or-more';
const recent = 'a-new-encryption-key-of-32-characters-or-more!';
const place = ['acme', 'livechat', 'dana'];

describe('a sealed secret', () => {
  test('opens at its place, and its text does not show', async () => {
    const seal = createSeal([recent]);
    const sealed = await seal.close('87b9d0222e63', place);
    expect(sealed).not.toContain('87b9d0222e63');
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('87b9d0222e63');
    expect(await seal.open(sealed, place)).toBe('87b9d0222e63');
  });

  test.each([
    ['another account', ['acme', 'livechat', 'sam']],
    ['another brand', ['other', 'livechat', 'dana']],
    ['parts that only look alike', ['acme', 'livechat dana']],
    ['a part less', ['acme', 'livechat']],
  ])('does not open at %s', async (_, elsewhere) => {
    const seal = createSeal([recent]);
    expect(await seal.open(await seal.close('secret', place), elsewhere)).toBeUndefined();
  });

  test('is never the same twice', async () => {
    const seal = createSeal([recent]);
    expect(await seal.close('secret', place)).not.toBe(await seal.close('secret', place));
  });

  test('opens with an older key, and says that it is due', async () => {
    const sealed = await createSeal([old]).close('secret', place);
    const rotated = createSeal([recent, old]);
    expect(await rotated.open(sealed, place)).toBe('secret');
    expect(rotated.isCurrent(sealed)).toBe(false);
    expect(rotated.isCurrent(await rotated.close('secret', place))).toBe(true);
    expect(await createSeal([recent]).open(sealed, place)).toBeUndefined();
  });

  test.each(['', 'x', 'a.b.c.d', '....'])('that is none (%j) opens to nothing', async (text) => {
    expect(await createSeal([recent]).open(text, place)).toBeUndefined();
  });

  test.each([0, 1, 2, 3])('with a changed part %i opens to nothing', async (part) => {
    const seal = createSeal([recent]);
    const parts = (await seal.close('secret', place)).split('.');
    const text = parts[part] ?? '';
    parts[part] = `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
    expect(await seal.open(parts.join('.'), place)).toBeUndefined();
  });
});

test('a fingerprint is equal for equal texts and depends on the key', () => {
  const seal = createSeal([recent]);
  expect(seal.fingerprint('a')).toBe(seal.fingerprint('a'));
  expect(seal.fingerprint('a')).not.toBe(seal.fingerprint('b'));
  expect(seal.fingerprint('a')).not.toBe(createSeal([old]).fingerprint('a'));
});

test('there is no seal without a key', () => {
  expect(() => createSeal([])).toThrow('a seal needs a key');
});
