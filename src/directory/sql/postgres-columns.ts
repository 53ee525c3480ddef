import { types } from 'pg';
import type { Column } from './database.ts';
import { fromJson, refuseBinary, toIsoTime, toNumber } from './json-values.ts';

/** What a column of PostgreSQL becomes in JSON, by the number of its type (pg_type.dat). Values come as texts. */
type Convert = (text: string) => unknown;

const same: Convert = (text) => text;
const toBoolean: Convert = (text) => text === 't';

const scalars: readonly [oid: number, arrayOid: number, convert: Convert][] = [
  [16, 1000, toBoolean],
  [20, 1016, toNumber],
  [21, 1005, toNumber],
  [23, 1007, toNumber],
  [26, 1028, toNumber],
  [700, 1021, toNumber],
  [701, 1022, toNumber],
  [1700, 1231, toNumber],
  [25, 1009, same],
  [1042, 1014, same],
  [1043, 1015, same],
  [2950, 2951, same],
  [1082, 1182, same],
  [1083, 1183, same],
  [1114, 1115, toIsoTime],
  [1184, 1185, toIsoTime],
  [114, 199, fromJson],
  [3802, 3807, fromJson],
];

export const bytea = 17;
const byteaArray = 1001;

type TextArray = (string | null | TextArray)[];

/** The driver's own reader of `{a,"b c",NULL}`, and of arrays in arrays. */
const textArray = 1009;
const readTextArray: (text: string) => TextArray = types.getTypeParser(textArray as never);

function convertEach(elements: TextArray, convert: Convert): unknown[] {
  return elements.map((element) => {
    if (Array.isArray(element)) return convertEach(element, convert);
    return element === null ? null : convert(element);
  });
}

const converters = new Map<number, Convert>(
  scalars.flatMap(([oid, arrayOid, convert]) => [
    [oid, convert] as const,
    [arrayOid, (text: string) => convertEach(readTextArray(text), convert)] as const,
  ]),
);

/** Types that are not listed, such as an enumeration or an interval, stay the text that the server writes. */
export function postgresColumn({ name, dataTypeID }: { name: string; dataTypeID: number }): Column {
  if (dataTypeID === bytea || dataTypeID === byteaArray) return { name, toJson: () => refuseBinary(name) };
  const convert = converters.get(dataTypeID) ?? same;
  return { name, toJson: (value) => (typeof value === 'string' ? convert(value) : null) };
}
