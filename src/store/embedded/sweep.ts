import type { EmbeddedContext } from './part.ts';
import { expiringTables } from './schema.ts';

type Clocked = Pick<EmbeddedContext, 'database' | 'now'>;

const interval = 10_000;
const pauseBetweenBatches = 100;
const batchSize = 500;

/**
 * Deletes expired rows, so that a flood of anonymous requests leaves no lasting trace in the file. Small
 * batches: the work is synchronous, and requests wait behind it.
 * @returns whether a table has more to delete
 */
export function sweep({ database, now }: Clocked, limit = batchSize): boolean {
  const moment = now();
  let more = false;
  for (const table of expiringTables) {
    const { changes } = database
      .prepare(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE expires_at <= ? LIMIT ?)`,
      )
      .run(moment, limit);
    more ||= Number(changes) >= limit;
  }
  return more;
}

/** Sweeps until the returned function is called; never keeps the process alive. */
export function startSweep(context: Clocked): () => void {
  let timer = setTimeout(run, interval).unref();

  function run(): void {
    let more = false;
    try {
      more = sweep(context);
    } catch {
      // A busy or full disk shows itself to the requests; the next round tries again.
    }
    timer = setTimeout(run, more ? pauseBetweenBatches : interval).unref();
  }

  return () => clearTimeout(timer);
}
