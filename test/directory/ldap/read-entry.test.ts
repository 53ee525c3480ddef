import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { guidFromText, guidToText } from '../../../src/directory/ldap/guid.ts';
import { toAccount, valuesOf } from '../../../src/directory/ldap/read-entry.ts';

describe('an entry', () => {
  const mapping = {
    id: 'entryUUID',
    id_format: 'text' as const,
    attributes: { mails: 'mail[]', mail: 'mail' },
  };

  test('is read whatever the spelling of its attributes, and always with all members', () => {
    const entry = { dn: 'uid=a', ENTRYUUID: 'id-1', MAIL: ['a@a.example', 'b@a.example'] };
    expect(toAccount(entry, mapping, undefined).record).toEqual({
      id: 'id-1',
      mails: ['a@a.example', 'b@a.example'],
      mail: 'a@a.example',
    });
    expect(toAccount({ dn: 'uid=a', entryUUID: 'id-1', mail: [] }, mapping, []).record).toEqual({
      id: 'id-1',
      mails: [],
      mail: null,
      groups: [],
    });
  });

  test('with a list that the server gives in parts is none: a record has all groups or does not exist', () => {
    const entry = { dn: 'uid=a', memberOf: [], 'memberOf;range=0-1499': ['cn=a', 'cn=b'] };
    expect(() => valuesOf(entry, 'memberOf')).toThrow(/more values than the server gives at once/);
  });
});

test('a GUID is the same there and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const text = guidToText(Buffer.from(bytes)) ?? '';
      expect(guidFromText(text)).toEqual(Buffer.from(bytes));
    }),
  );
  expect(guidFromText('no guid')).toBeUndefined();
  expect(guidToText(Buffer.from('short'))).toBeUndefined();
});
