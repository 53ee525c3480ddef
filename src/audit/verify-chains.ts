import { timingSafeEqual } from 'node:crypto';
import { hashLine, unseal } from './chain.ts';

/** What a reading of chained lines found, in the order of the lines. */
export interface ChainReport {
  lines: number;
  /** Each process that wrote is a chain. */
  chains: number;
  /** Chains whose last line is not `audit.closed`: still being written, killed, or cut off. */
  open: number;
  faults: ChainFault[];
}

export interface ChainFault {
  /** Counted from 1 over all files. */
  line: number;
  fault:
    | 'unchained'
    /** Changed, or written with another key. */
    | 'forged'
    /** A line before it is missing or stands elsewhere. */
    | 'gap';
}

/**
 * Reads what chains wrote, oldest file first. A first line that is missing shows as a gap; what was cut off at the end
 * of a chain that is still open cannot be told from a process that was killed.
 *
 * @param keys any of them may have written a chain
 */
export async function verifyChains(
  lines: AsyncIterable<string>,
  keys: readonly Buffer[],
): Promise<ChainReport> {
  const chains = new Map<string, { key: Buffer | undefined; seq: number; mac: string; event: string }>();
  const faults: ChainFault[] = [];
  let line = 0;
  for await (const text of lines) {
    if (text === '') continue;
    line += 1;
    const found = unseal(text);
    if (!found) {
      faults.push({ line, fault: 'unchained' });
      continue;
    }
    const before = chains.get(found.chain) ?? { key: undefined, seq: -1, mac: found.chain, event: '' };
    const isNext = found.seq === before.seq + 1;
    const fits = (key: Buffer) => isMac(hashLine(key, before.mac, found.body), found.mac);
    const key = before.key ?? keys.find(fits);
    if (!isNext) faults.push({ line, fault: 'gap' });
    else if (!key || !fits(key)) faults.push({ line, fault: 'forged' });
    chains.set(found.chain, { key, seq: found.seq, mac: found.mac, event: found.event });
  }
  const open = [...chains.values()].filter(({ event }) => event !== 'audit.closed').length;
  return { lines: line, chains: chains.size, open, faults };
}

/** Both are 43 letters: `unseal` takes nothing else for a line of a chain. */
function isMac(expected: string, found: string): boolean {
  return timingSafeEqual(Buffer.from(expected), Buffer.from(found));
}
