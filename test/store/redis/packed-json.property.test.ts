import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { packJson, unpackJson } from '../../../src/store/redis/packed-json.ts';
import { packingWords } from '../../../src/store/redis/packing-words.ts';
import { readRecord, writeRecord } from '../../../src/store/redis/stored-record.ts';

const word = fc.constantFrom(...packingWords);
const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const idOf = (length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(base64url)), minLength: length, maxLength: length });
const anyText = fc.oneof(
  word,
  idOf(43),
  idOf(22),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.array(word).map((words) => words.join(' ')),
);
const scalar = fc.oneof(anyText, fc.integer(), fc.maxSafeNat(), fc.double(), fc.boolean(), fc.constant(null));
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(anyText, fc.constant('__proto__')), tie('value')),
  ),
})).value;

/** Says which form of a record it is. */
const form = 0x3d;

/** What JSON makes of it is what a payload is. */
const asJson = (given: unknown): unknown => JSON.parse(JSON.stringify(given));

describe('a packed value', () => {
  test('comes back as JSON would bring it back, or is left to JSON', () => {
    fc.assert(
      fc.property(value, (given) => {
        const packed = packJson(form, given);
        if (packed === undefined) return;
        const [before, after] = [JSON.stringify(asJson(given)), JSON.stringify(unpackJson(packed, 1))];
        expect(after).toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  test('is left to JSON where bytes would not hold it', () => {
    expect(packJson(form, { text: '\ud800' })).toBeUndefined();
    expect(packJson(form, { number: Number.NaN })).toBeUndefined();
    expect(packJson(form, { text: 'x'.repeat(70_000) })).toBeUndefined();
    expect(packJson(form, { date: new Date(0) })).toBeUndefined();
    expect(
      packJson(
        form,
        Array.from({ length: 40_000 }, () => 'iat'),
      ),
    ).toHaveLength(40_005);
  });

  test('is half as long where members have known names and ids are random', () => {
    const token = {
      iat: 1_795_660_618,
      exp: 1_796_870_218,
      accountId: 'c-dana-7Qm2',
      grantId: 'g'.repeat(43),
      gty: 'authorization_code',
      sessionUid: '-'.repeat(43),
      clientId: 'web',
      scope: 'openid profile email',
    };
    expect(packJson(form, token)?.length).toBeLessThan(JSON.stringify(token).length / 2);
  });

  test('says of a moment only how far it is from the first, whichever came first', () => {
    const moment = 1_795_660_618;
    const lengthOf = (record: object) => packJson(form, record)?.length ?? 0;
    const lengths = [-3600, -1, 0, 1, 3600].map(
      (later) => lengthOf({ iat: moment, authTime: moment + later }) - lengthOf({ iat: moment }),
    );
    // The member's name, what the distance is, and one byte for each seven bits of it.
    expect(lengths).toEqual([4, 3, 3, 3, 4]);
  });

  test('that is cut short or strange is an error, never another value', () => {
    const packed = packJson(form, { scope: 'openid profile', grantId: 'g'.repeat(43) }) ?? Buffer.alloc(0);
    expect(() => unpackJson(packed.subarray(0, 3), 1)).toThrow(TypeError);
    expect(() => unpackJson(Buffer.from([0xff]), 0)).toThrow(TypeError);
  });
});

describe('the words of packed records', () => {
  test('stand where they always stood: the list grows at its end alone', () => {
    expect(packingWords.slice(0, 12)).toEqual([
      'iat',
      'exp',
      'jti',
      'kind',
      'uid',
      'accountId',
      'clientId',
      'grantId',
      'sessionUid',
      'scope',
      'acr',
      'amr',
    ]);
    expect(new Set(packingWords).size).toBe(packingWords.length);
    expect(packingWords.length).toBeLessThanOrEqual(128);
  });
});

describe('a record', () => {
  const name = { model: 'AccessToken', id: 'a'.repeat(43) };
  const payload = { iat: 1, jti: name.id, kind: name.model, scope: 'openid' };

  test.each([true, false])('is read whichever way it was written (packed: %s)', (packs) => {
    const text = Buffer.from(writeRecord(name, payload, packs));
    expect(readRecord(name, text)).toEqual(payload);
    const consumed = Buffer.concat([Buffer.from('1764115200'), text]);
    expect(readRecord(name, consumed)).toEqual({ ...payload, consumed: 1_764_115_200 });
    expect(readRecord(name, Buffer.from('-'))).toBeUndefined();
    expect(readRecord(name, null)).toBeUndefined();
  });
});
