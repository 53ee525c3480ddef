import mysql, { type FieldPacket } from 'mysql2';
import type { Column } from './database.ts';
import { fromJson, refuseBinary, toIsoTime, toNumber } from './json-values.ts';

const { Types } = mysql;

/** What a column of MySQL or MariaDB becomes in JSON. The driver gives whole and decimal numbers beyond 32 bits as texts. */
type Convert = (value: unknown) => unknown;

const number: Convert = (value) => (typeof value === 'number' ? value : toNumber(String(value)));
/** Seven digits are what 32 bits hold: 0.1 is not 0.10000000149011612. */
const float: Convert = (value) => Number(Number(value).toPrecision(7));

const converters = new Map<number | undefined, Convert>([
  [Types.TINY, number],
  [Types.SHORT, number],
  [Types.INT24, number],
  [Types.LONG, number],
  [Types.LONGLONG, number],
  [Types.YEAR, number],
  [Types.DECIMAL, number],
  [Types.NEWDECIMAL, number],
  [Types.DOUBLE, number],
  [Types.FLOAT, float],
  [Types.DATETIME, (value) => toIsoTime(String(value))],
  // The session's time zone is UTC.
  [Types.TIMESTAMP, (value) => toIsoTime(`${String(value)}+00`)],
  [Types.JSON, (value) => fromJson(String(value))],
]);

/** The character set of bytes. */
const binary = 63;
const bytes: readonly (number | undefined)[] = [
  Types.TINY_BLOB,
  Types.MEDIUM_BLOB,
  Types.LONG_BLOB,
  Types.BLOB,
  Types.VAR_STRING,
  Types.STRING,
  Types.GEOMETRY,
];

export function mysqlColumn(field: FieldPacket): Column {
  const { name } = field;
  if (isBinary(field)) return { name, toJson: () => refuseBinary(name) };
  const convert = converterOf(field);
  return { name, toJson: (value) => (value === null ? null : convert(value)) };
}

function converterOf({ columnType, columnLength, extendedFormat }: FieldPacket): Convert {
  // BOOL is TINYINT(1); as a number, 0 would count as true in an expression of the claims.
  if (columnType === Types.TINY && columnLength === 1) return (value) => value !== 0;
  if (columnType === Types.BIT) return (value) => bits(value, columnLength === 1);
  // MariaDB sends JSON as a text that is marked.
  if (extendedFormat === 'json') return (value) => fromJson(String(value));
  return converters.get(columnType) ?? String;
}

function isBinary({ columnType, characterSet, extendedTypeName }: FieldPacket): boolean {
  return characterSet === binary && extendedTypeName === undefined && bytes.includes(columnType);
}

function bits(value: unknown, single: boolean): unknown {
  const sum = [...(value as Uint8Array)].reduce((total, byte) => total * 256 + byte, 0);
  return single ? sum !== 0 : sum;
}
