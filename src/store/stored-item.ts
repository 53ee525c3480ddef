import type { ModelName, Payload } from './contract.ts';

/** Version of the items below, in the first line of an exported file. */
export const itemVersion = 1;

/**
 * One thing that a store holds, in no store's own spelling: what is exported, imported and carried from one store to
 * another. Ways to a record (its uid, its grant) follow from its payload; locks are left out, they live for seconds.
 */
export type StoredItem = {
  brand: string;
  /** Epoch milliseconds; absent: never. */
  expiresAt?: number;
} & (
  | { kind: 'record'; model: ModelName; id: string; payload: Payload; consumed?: number }
  | { kind: 'tombstone'; model: ModelName; id: string }
  | { kind: 'member'; set: string; member: string }
  | { kind: 'counter'; name: string; count: number }
  | { kind: 'link'; platform: string; account: string; link: Payload }
  | { kind: 'not-before'; account: string; seconds: number }
);

const kinds = ['record', 'tombstone', 'member', 'counter', 'link', 'not-before'];

export function isStoredItem(value: unknown): value is StoredItem {
  const { brand, kind, expiresAt }: Record<string, unknown> = Object(value);
  return (
    typeof brand === 'string' &&
    /^[a-z0-9-]+$/.test(brand) &&
    kinds.includes(String(kind)) &&
    (expiresAt === undefined || Number.isInteger(expiresAt))
  );
}
