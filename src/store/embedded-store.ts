import type { Store } from './contract.ts';
import { answer } from './embedded/answer.ts';
import { attempts } from './embedded/attempts.ts';
import { counters } from './embedded/counters.ts';
import { links } from './embedded/links.ts';
import { locks } from './embedded/locks.ts';
import { notBefore } from './embedded/not-before.ts';
import { openDatabase } from './embedded/open-database.ts';
import { records } from './embedded/records.ts';
import { sets } from './embedded/sets.ts';
import { startSweep } from './embedded/sweep.ts';
import { transfer } from './embedded/transfer.ts';
import { createWriteGroup } from './embedded/write-group.ts';
import { checkBrandName } from './record-rules.ts';

export interface EmbeddedStoreOptions {
  /** On a local disk; made if missing. */
  folder: string;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Milliseconds to wait for another process's write; nothing else runs in this process meanwhile. */
  busyTimeout?: number;
}

/** The store of one machine: a SQLite file that several processes may share. */
export function createEmbeddedStore({
  folder,
  now = Date.now,
  busyTimeout = 1000,
}: EmbeddedStoreOptions): Store {
  const database = openDatabase({ folder, busyTimeout });
  const group = createWriteGroup(database);
  const context = { database, now, group };
  const parts = {
    records: records(context),
    sets: sets(context),
    counters: counters(context),
    attempts: attempts(context),
    locks: locks(context),
    links: links(context),
    notBefore: notBefore(context),
  };
  const stopSweep = startSweep(context);
  const size = database.prepare(
    'SELECT page_count * page_size AS used FROM pragma_page_count(), pragma_page_size()',
  );
  const probe = database.prepare('SELECT count(*) FROM sqlite_schema');

  return {
    forBrand(brand) {
      checkBrandName(brand);
      return {
        ...parts.records(brand),
        ...parts.sets(brand),
        ...parts.counters(brand),
        ...parts.attempts(brand),
        ...parts.locks(brand),
        ...parts.links(brand),
        ...parts.notBefore(brand),
      };
    },
    ...transfer(context),
    findRisks: async () => [],
    measure: () => answer(() => ({ used: Number(size.get()?.['used']) })),
    ping: () => answer(() => void probe.get()),
    async close() {
      stopSweep();
      // What was promised is written.
      if (database.isOpen) {
        group.finish();
        database.close();
      }
    },
  };
}
