import type { Redis } from 'ioredis';
import type { Delivery } from './command.ts';

/** One set of connections, one to each node that takes writes. Commands that start together share a write. */
export interface Lane {
  /** Hands the work to the node that owns the key, and follows the key when it moves. */
  send<T>(key: string, work: (redis: Redis, how: Delivery) => Promise<T>): Promise<T>;
  /** The nodes that take writes, once they are known. */
  masters(): Promise<Redis[]>;
  close(): Promise<void>;
}
