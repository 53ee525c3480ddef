import { createHmac, randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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

test('what strangers send as cookies is not kept in memory, for however many brands', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const brands = Array.from({ length: 20 }, () => createCookieSignatures([newer, older]));
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (const brand of brands)
    for (let n = 0; n < 200; n += 1)
      brand.verify(`parley_acme_session=${randomBytes(7_000).toString('hex')}`, right);
  collectGarbage();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
  expect(brands).toHaveLength(20);
});

test('without a key there are no signatures', () => {
  expect(() => createCookieSignatures([])).toThrow('cookies need a key');
});
