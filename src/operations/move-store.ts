import { createInterface } from 'node:readline';
import type { Config } from '../config/contract.ts';
import { createLog } from '../log.ts';
import { openConfiguredStore } from '../brand/open-configured-store.ts';
import type { Store } from '../store/contract.ts';
import { isStoredItem, itemVersion, type StoredItem } from '../store/stored-item.ts';

/**
 * A store as lines of JSON: a header with the version, one item a line, and a last line with their number, by which
 * a file that was cut short is known.
 */

const batchSize = 500;

/** @returns the number of items */
export function exportStore(config: Config, write: (line: string) => Promise<void>): Promise<number> {
  return withStore(config, async (store) => {
    await write(JSON.stringify({ parley: 'store', version: itemVersion }));
    let count = 0;
    for await (const item of store.exportItems()) {
      await write(JSON.stringify(item));
      count += 1;
    }
    await write(JSON.stringify({ items: count }));
    return count;
  });
}

export interface ImportOptions {
  lines: NodeJS.ReadableStream;
  /** Write over what is there. */
  intoFull: boolean;
}

/**
 * @returns the number of items
 * @throws Error in one sentence: not a store's file, another version, cut short, or a store that holds something
 */
export function importStore(config: Config, { lines, intoFull }: ImportOptions): Promise<number> {
  return withStore(config, async (store) => {
    if (!intoFull && !(await store.isEmpty()))
      throw new Error('The store is not empty; nothing was imported. --into-full writes over what it holds.');
    let number = 0;
    let count = 0;
    let announced: number | undefined;
    let batch: StoredItem[] = [];
    const flush = async () => {
      await store.importItems(batch);
      count += batch.length;
      batch = [];
    };
    for await (const line of createInterface({ input: lines, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      const value = parse(line);
      if (number === 1) checkHeader(value ?? {});
      else if (!value)
        throw new Error(`Line ${number} is not JSON: damaged, or cut short; ${count} items were imported.`);
      else if (typeof value['items'] === 'number') announced = value['items'];
      else if (isStoredItem(value)) batch.push(value);
      else throw new Error(`Line ${number} is no item of a store; ${count} items were imported before it.`);
      if (batch.length >= batchSize) await flush();
    }
    await flush();
    if (announced !== count)
      throw new Error(`The file is cut short: ${count} of ${announced ?? 'its'} items were imported.`);
    return count;
  });
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function checkHeader({ parley, version }: Record<string, unknown>): void {
  if (parley !== 'store') throw new Error('This is not a file that `parley store export` wrote.');
  if (version !== itemVersion)
    throw new Error(
      `The file has version ${String(version)}; this release reads ${itemVersion}. Use the release that wrote it.`,
    );
}

async function withStore<T>(config: Config, work: (store: Store) => Promise<T>): Promise<T> {
  const store = openConfiguredStore(config, createLog({ level: 'silent' }));
  try {
    await store.ping();
    return await work(store);
  } finally {
    await store.close();
  }
}
