import type { Log } from '../../log.ts';
import { reasonOf } from './unavailable.ts';

/** Tells the log of each change: an outage of an hour is two lines. */
export interface Watch {
  lost(error?: unknown): void;
  connected(): void;
  /** One node of several. */
  lostNode(error: unknown, node: string): void;
  /** Losses from now on are our own doing. */
  close(): void;
}

/** Milliseconds in which one node's trouble is one line. */
const quiet = 30_000;

export function createWatch(log?: Pick<Log, 'info' | 'warn'>): Watch {
  let closing = false;
  let reachable: boolean | undefined;
  const lostNodes = new Map<string, number>();
  return {
    lost(error) {
      if (closing || reachable === false) return;
      reachable = false;
      log?.warn(
        { reason: error ? reasonOf(error) : 'connection lost' },
        'the store is not reachable; trying again',
      );
    },
    connected() {
      if (!reachable) log?.info('the store is connected');
      reachable = true;
    },
    lostNode(error, node) {
      if (closing || Date.now() - (lostNodes.get(node) ?? 0) < quiet) return;
      lostNodes.set(node, Date.now());
      log?.warn({ node, reason: reasonOf(error) }, 'a node of the store is not reachable');
    },
    close() {
      closing = true;
    },
  };
}
