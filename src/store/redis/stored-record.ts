import type { ModelName, Payload } from '../contract.ts';
import { packJson, unpackJson } from './packed-json.ts';

/**
 * A record as one string, because a hash of such a length costs Redis twice its bytes:
 *
 * | bytes           | mean |
 * |-----------------|-------|
 * | `{…}`           | the payload, JSON |
 * | `~{…}`          | the payload without `jti` and `kind`, which equal the id and the model in the key |
 * | `=…`            | the same as `~{…}`, packed (packed-json.ts) |
 * | `1764115200{…}` | consumed at that second; likewise with `~` and `=` |
 * | `-`             | a tombstone |
 */
export interface RecordName {
  model: ModelName;
  id: string;
}

const [zero, nine, tilde, equals, brace] = [0x30, 0x39, 0x7e, 0x3d, 0x7b];

/** @param packs whether whoever reads it knows packed records (layout 2) */
export function writeRecord({ model, id }: RecordName, payload: Payload, packs: boolean): string | Buffer {
  const { jti, kind, ...rest } = payload;
  const isNamed = jti === id && kind === model;
  const bytes = packs && isNamed ? packJson(equals, rest) : undefined;
  if (bytes) return bytes;
  return isNamed ? `~${JSON.stringify(rest)}` : JSON.stringify(payload);
}

/** The payload, with `consumed` once consumed; undefined for nothing and for a tombstone. */
export function readRecord({ model, id }: RecordName, bytes: Buffer | null): Payload | undefined {
  if (!bytes) return undefined;
  let begin = 0;
  while (isDigit(bytes[begin])) begin += 1;
  const form = bytes[begin];
  const payload = readPayload(bytes, begin);
  if (!payload) return undefined;
  if (form !== brace) Object.assign(payload, { jti: id, kind: model });
  if (begin > 0) payload['consumed'] = Number(bytes.toString('latin1', 0, begin));
  return payload;
}

function readPayload(bytes: Buffer, begin: number): Payload | undefined {
  switch (bytes[begin]) {
    case equals:
      return unpackJson(bytes, begin + 1) as Payload;
    case tilde:
      return JSON.parse(bytes.toString('utf8', begin + 1)) as Payload;
    case brace:
      return JSON.parse(bytes.toString('utf8', begin)) as Payload;
    default:
      return undefined;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}
