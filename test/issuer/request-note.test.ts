import { describe, expect, test } from '@jest/globals';
import { createRequestNote } from '../../src/issuer/request-note.ts';

describe('a note in a request', () => {
  test('is found in the request that it was written into, and in no other', () => {
    const note = createRequestNote<string>('who');
    const [one, other] = [{ state: {} }, { state: {} }];
    note.write(one, 'dana');
    expect(note.find(one)).toBe('dana');
    expect(note.find(other)).toBeUndefined();
  });

  test('is not another one of the same name', () => {
    const request = { state: {} };
    createRequestNote<string>('who').write(request, 'dana');
    expect(createRequestNote<string>('who').find(request)).toBeUndefined();
  });

  test('stands among nothing that is read by its name, and is no part of what is written down', () => {
    const request = { state: { brand: 'acme' } };
    createRequestNote<string>('brand').write(request, 'dana');
    expect(request.state.brand).toBe('acme');
    expect(JSON.stringify(request)).toBe('{"state":{"brand":"acme"}}');
  });
});
