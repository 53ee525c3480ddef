import { createHmac, hkdfSync, randomBytes } from 'node:crypto';

/**
 * The lines of one process as a chain: each carries its number and a keyed hash over itself and the hash before it.
 * A line that was changed, taken out, put in or moved shows; so does an end that is missing, unless the process was
 * killed (`audit.closed` is the last line of a chain that ended in order).
 */
export interface Chain {
  /** The record as a line of JSON, without a line break. */
  seal(record: object): string;
}

export function deriveChainKey(key: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'parley audit chain', 32));
}

export function createChain(key: Buffer, id = randomBytes(9).toString('base64url')): Chain {
  let seq = 0;
  let before = id;
  return {
    seal(record) {
      const body = JSON.stringify({ ...record, chain: id, seq });
      before = hashLine(key, before, body);
      seq += 1;
      return `${body.slice(0, -1)},"mac":"${before}"}`;
    },
  };
}

/** @param before the hash of the line before; for a chain's first line the chain's id */
export function hashLine(key: Buffer, before: string, body: string): string {
  return createHmac('sha256', key).update(`${before}\n${body}`).digest('base64url');
}

/** A line taken apart again; undefined for what no chain wrote. */
export function unseal(
  line: string,
): { body: string; mac: string; chain: string; seq: number; event: string } | undefined {
  const [, start, mac] = /^(\{.*),"mac":"([\w-]{43})"\}$/.exec(line) ?? [];
  if (start === undefined || mac === undefined) return undefined;
  const body = `${start}}`;
  try {
    const { chain, seq, event } = JSON.parse(body) as Record<string, unknown>;
    if (typeof chain !== 'string' || typeof seq !== 'number') return undefined;
    return { body, mac, chain, seq, event: String(event) };
  } catch {
    return undefined;
  }
}
