import type { ModelName, Payload } from '../contract.ts';
import { readPayload } from '../record-rules.ts';

/**
 * A record as one string, because a hash of such a length costs Redis twice its bytes:
 *
 * | text            | means |
 * |-----------------|-------|
 * | `{…}`           | the payload, JSON |
 * | `~{…}`          | the payload without `jti` and `kind`, which equal the id and the model in the key |
 * | `1764115200{…}` | consumed at that second; likewise with `~` |
 * | `-`             | a tombstone |
 */
export interface RecordName {
  model: ModelName;
  id: string;
}

export function writeRecord({ model, id }: RecordName, payload: Payload): string {
  const { jti, kind, ...rest } = payload;
  return jti === id && kind === model ? `~${JSON.stringify(rest)}` : JSON.stringify(payload);
}

/** The payload, with `consumed` once consumed; undefined for nothing and for a tombstone. */
export function readRecord({ model, id }: RecordName, text: string | null): Payload | undefined {
  const [, consumed, isShort, json] = /^(\d*)(~?)(\{.*)$/s.exec(text ?? '') ?? [];
  if (json === undefined) return undefined;
  const payload = readPayload(json);
  if (isShort) Object.assign(payload, { jti: id, kind: model });
  if (consumed) payload['consumed'] = Number(consumed);
  return payload;
}
