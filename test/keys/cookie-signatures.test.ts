import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createCookieSignatures } from '../../src/keys/cookie-signatures.ts';

const [older, newer, stranger] = [randomBytes(32), randomBytes(32), randomBytes(32)] as const;
const cookie = 'parley_acme_session=V1StGXR8_Z5jdHi6B-myT';

test('the newest key signs, and every key of the list verifies', () => {
  const before = createCookieSignatures([older]);
  const after = createCookieSignatures([newer, older]);
  expect(after.index(cookie, after.sign(cookie))).toBe(0);
  expect(after.index(cookie, before.sign(cookie))).toBe(1);
  expect(before.verify(cookie, after.sign(cookie))).toBe(false);
});

test('a signature is HMAC-SHA-256 in base64url', () => {
  const expected = createHmac('sha256', newer).update(cookie).digest('base64url');
  expect(createCookieSignatures([newer]).sign(cookie)).toBe(expected);
});

const signatures = createCookieSignatures([newer, older]);
const right = signatures.sign(cookie);
test.each([
  ['of another value', createCookieSignatures([newer]).sign(`${cookie}0`)],
  ['of a key that is not ours', createCookieSignatures([stranger]).sign(cookie)],
  ['that is empty', ''],
  ['cut short', right.slice(0, -1)],
  ['with more behind it', `${right}A`],
  ['in the other base64', Buffer.from(right, 'base64url').toString('base64')],
  ['with characters of more than one byte', `${right.slice(0, -1)}é`],
])('a signature %s is refused', (_, signature) => {
  expect(signatures.index(cookie, signature)).toBe(-1);
  expect(signatures.verify(cookie, signature)).toBe(false);
});

test('without a key there are no signatures', () => {
  expect(() => createCookieSignatures([])).toThrow('cookies need a key');
});
