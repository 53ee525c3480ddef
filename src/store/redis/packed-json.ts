import { packingWords } from './packing-words.ts';

/**
 * A JSON value in few bytes, for records by the million. What makes them long is what they repeat: the names of
 * members (one byte each, packing-words.ts), ids of 43 base64url characters, which are 33 bytes, or of 22, which are 16,
 * and moments shortly before and after one another.
 *
 * | first byte | what follows |
 * |---|---|
 * | 00–7f | nothing: the word at this place of the list |
 * | 80–8f, 8f: + varint | an object with so many members, each a text and a value |
 * | 90–9f, 9f: + varint | an array of so many values |
 * | a0–df, df: + varint | a text of so many bytes of UTF-8 |
 * | e0 | an id: 33 bytes |
 * | e1–e3 | null, false, true |
 * | e4 | a whole number that is not negative, as a varint |
 * | e5 | any other number: 8 bytes, IEEE 754 |
 * | e6 + varint | a text of so many words with one space between them, each a text: a scope |
 * | e7 + varint | a whole number that is so much more than the first one of the record |
 * | e8 | a short id: 16 bytes |
 * | e9 + varint | a whole number that is so much less than the first one of the record |
 */
const object = 0x80;
const array = 0x90;
const text = 0xa0;
const id = 0xe0;
const [nothing, no, yes, whole, float, words, later, shortId, earlier] = [
  0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9,
];

const places = new Map(packingWords.map((word, place) => [word, place]));
const isId = /^[\w-]{43}$/;
/** Its last character has the last two of 128 bits. */
const isShortId = /^[\w-]{21}[AQgw]$/;
const scratchSize = 64 * 1024;
const scratch = Buffer.allocUnsafe(scratchSize);
let end = 0;
/** The first whole number of what is being packed. */
let first: number | undefined;

/**
 * The value behind a first byte that says what it is. Undefined for what is better left JSON: very long, or with a text
 * that UTF-8 cannot hold.
 */
export function packJson(form: number, value: unknown): Buffer | undefined {
  scratch[0] = form;
  end = 1;
  first = undefined;
  if (!pack(value)) return undefined;
  const bytes = Buffer.allocUnsafe(end);
  scratch.copy(bytes, 0, 0, end);
  return bytes;
}

function pack(value: unknown): boolean {
  if (end > scratchSize - 32) return false;
  switch (typeof value) {
    case 'string':
      return packText(value);
    case 'number':
      return packNumber(value);
    case 'boolean':
      scratch[end++] = value ? yes : no;
      return true;
    case 'object':
      if (value === null) scratch[end++] = nothing;
      else return Array.isArray(value) ? packArray(value) : packObject(value);
      return true;
    default:
      return false;
  }
}

function packText(value: string): boolean {
  const place = places.get(value);
  if (place !== undefined) {
    scratch[end++] = place;
    return true;
  }
  if (value.length === 43 && isId.test(value)) {
    scratch[end++] = id;
    // A 44th character makes it whole bytes.
    end += scratch.write(`${value}A`, end, 33, 'base64url');
    return true;
  }
  if (value.length === 22 && isShortId.test(value)) {
    scratch[end++] = shortId;
    end += scratch.write(value, end, 16, 'base64url');
    return true;
  }
  if (!value.isWellFormed()) return false;
  return value.includes(' ') ? packWords(value.split(' ')) : packCharacters(value);
}

function packWords(parts: readonly string[]): boolean {
  scratch[end++] = words;
  packVarint(parts.length);
  for (const part of parts) {
    if (end >= scratchSize - 64 || !packText(part)) return false;
  }
  return true;
}

function packCharacters(value: string): boolean {
  const length = Buffer.byteLength(value);
  if (end + length > scratchSize - 32) return false;
  packLength(text, 63, length);
  end += scratch.write(value, end, 'utf8');
  return true;
}

function packNumber(value: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)) packWhole(value);
  else {
    scratch[end++] = float;
    end = scratch.writeDoubleBE(value, end);
  }
  return true;
}

function packWhole(value: number): void {
  const distance = value - (first ?? 0);
  if (first === undefined || -distance > value) {
    scratch[end++] = whole;
    packVarint(value);
  } else {
    scratch[end++] = distance < 0 ? earlier : later;
    packVarint(Math.abs(distance));
  }
  first ??= value;
}

function packArray(values: readonly unknown[]): boolean {
  packLength(array, 15, values.length);
  for (const value of values) {
    if (!pack(value)) return false;
  }
  return true;
}

function packObject(value: object): boolean {
  if ('toJSON' in value) return false;
  const members = value as Record<string, unknown>;
  const names = Object.keys(members);
  let count = 0;
  for (const name of names) if (members[name] !== undefined) count += 1;
  packLength(object, 15, count);
  for (const name of names) {
    const member = members[name];
    if (member !== undefined && !(packText(name) && pack(member))) return false;
  }
  return true;
}

/** As part of the first byte, or behind it. */
function packLength(tag: number, most: number, length: number): void {
  scratch[end++] = tag + Math.min(length, most);
  if (length >= most) packVarint(length);
}

function packVarint(value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    scratch[end++] = (rest % 0x80) + 0x80;
    rest = Math.floor(rest / 0x80);
  }
  scratch[end++] = rest;
}

/** What is being unpacked: where, from which byte on, and its first whole number. */
let source: Buffer = scratch;
let at = 0;
let base: number | undefined;

/** @param begin where the value begins in `bytes` */
export function unpackJson(bytes: Buffer, begin: number): unknown {
  source = bytes;
  at = begin;
  base = undefined;
  return unpack();
}

function unpack(): unknown {
  const tag = unpackByte();
  if (tag < object) return packingWords[tag];
  if (tag < array) return unpackObject(lengthOf(tag - object, 15));
  if (tag < text) return unpackArray(lengthOf(tag - array, 15));
  if (tag < id) return unpackText(lengthOf(tag - text, 63), 'utf8');
  switch (tag) {
    case id:
      return unpackText(33, 'base64url').slice(0, -1);
    case shortId:
      return unpackText(16, 'base64url');
    case nothing:
      return null;
    case no:
      return false;
    case yes:
      return true;
    case whole:
      return unpackWhole();
    case later:
      return (base ?? 0) + unpackVarint();
    case earlier:
      return (base ?? 0) - unpackVarint();
    case words:
      return unpackArray(unpackVarint()).join(' ');
    case float:
      return source.readDoubleBE((at += 8) - 8);
    default:
      throw new TypeError(`a packed record holds ${tag}, which means nothing`);
  }
}

function unpackText(length: number, encoding: 'utf8' | 'base64url'): string {
  return source.toString(encoding, at, (at += length));
}

function unpackWhole(): number {
  const value = unpackVarint();
  base ??= value;
  return value;
}

function unpackObject(count: number): object {
  const result: Record<string, unknown> = {};
  for (let n = 0; n < count; n += 1) {
    const name = String(unpack());
    const value = unpack();
    // An own member, whatever it is called.
    if (name === '__proto__')
      Object.defineProperty(result, name, { value, enumerable: true, writable: true, configurable: true });
    else result[name] = value;
  }
  return result;
}

function unpackArray(count: number): unknown[] {
  const result: unknown[] = [];
  for (let n = 0; n < count; n += 1) result.push(unpack());
  return result;
}

function unpackByte(): number {
  const value = source[at++];
  if (value === undefined) throw new TypeError('a packed record is cut short');
  return value;
}

function lengthOf(given: number, most: number): number {
  return given < most ? given : unpackVarint();
}

function unpackVarint(): number {
  let [value, factor] = [0, 1];
  for (;;) {
    const part = unpackByte();
    value += (part & 0x7f) * factor;
    if (part < 0x80) return value;
    factor *= 0x80;
  }
}
