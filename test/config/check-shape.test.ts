import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { brandSchema } from '../../src/config/brand-schema.ts';
import { checkShape } from '../../src/config/check-shape.ts';
import { brandStandIn } from '../../src/config/stand-in.ts';

const options = { schema: brandSchema, fromOutside: [], broken: [], standIn: brandStandIn };
const keys = [
  'brand',
  'issuer',
  'accounts',
  'file',
  'path',
  'clients',
  'id',
  'flows',
  'jwks',
  'keys',
  'resources',
  'scopes',
];

/** Mappings with the keys of a brand file at wrong places and with wrong values. */
const nonsense = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('map'),
  ),
  list: fc.array(tie('value'), { maxLength: 4 }),
  map: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
})).map;

test('whatever a mapping holds, what remains after the repair is a valid brand', () => {
  fc.assert(
    fc.property(nonsense, (raw) => {
      const { value, problems } = checkShape(raw, options);
      expect(value).toBeDefined();
      expect(brandSchema.safeParse(value).success).toBe(true);
      expect(problems.length === 0).toBe(brandSchema.safeParse(raw).success);
    }),
    { numRuns: 300 },
  );
});

test('what is no mapping leaves nothing', () => {
  expect(checkShape('acme', options)).toMatchObject({ value: undefined, problems: [{ path: [] }] });
});

test('list items keep the numbers that they have in the file', () => {
  const raw = {
    clients: [{ id: 'one', redirect_uris: [1, 'a', {}, 'b'] }, 7, { id: 'three', pages: ['x'] }],
  };
  const shape = checkShape(raw, options);
  expect(shape.value?.clients.map(({ id }) => id)).toEqual(['one', 'three']);
  expect(shape.originalPath(['clients', 0, 'redirect_uris', 1])).toEqual(['clients', 0, 'redirect_uris', 3]);
  expect(shape.originalPath(['clients', 1, 'pages', 0])).toEqual(['clients', 2, 'pages', 0]);
});

test('several mistakes in one list or one entry are told once each', () => {
  const raw = { brand: 'a', issuer: 'https://a.example', accounts: { file: { path: 'x' } } };
  const { problems } = checkShape(
    { ...raw, resources: { 'urn:x': { format: 'xml' }, 'urn:y': {} }, clients: [1, 2] },
    options,
  );
  expect(problems.map(({ path }) => path.join('.'))).toEqual([
    'resources.urn:x.scopes',
    'resources.urn:x.format',
    'resources.urn:y.scopes',
    'clients.0',
    'clients.1',
  ]);
});
