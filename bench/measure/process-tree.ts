import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** What Linux's accounting says of a process and its descendants (proc(5)). */
export interface TreeUsage {
  /** Seconds of processor time, user and system, since each began. */
  cpuSeconds: number;
  /** Bytes of resident memory. */
  residentBytes: number;
}

interface Process {
  pid: number;
  parent: number;
  pages: number;
}

const pageSize = 4096;

export function readTree(pid: number): TreeUsage {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const tree = new Set([pid]);
  // Parents have smaller numbers than their children except after a wrap, hence until nothing is added.
  for (let before = 0; before < tree.size; ) {
    before = tree.size;
    for (const one of all) if (tree.has(one.parent)) tree.add(one.pid);
  }
  return addUp(all.filter((one) => tree.has(one.pid)));
}

/**
 * Without its descendants. Redis forks a child for each snapshot: what that takes is a hundred times an operation's share, and
 * would count while the child lives and be gone when it has ended.
 */
export function readAlone(pid: number): TreeUsage {
  return addUp([readProcess(pid)].filter((one) => one !== undefined));
}

function addUp(members: readonly Process[]): TreeUsage {
  return {
    cpuSeconds: members.reduce((sum, one) => sum + readCpuSeconds(one.pid), 0),
    residentBytes: members.reduce((sum, { pages }) => sum + pages * pageSize, 0),
  };
}

/**
 * The sum of its threads, which the scheduler counts in nanoseconds: `/proc/PID/stat` has steps of ten milliseconds, a
 * twentieth of what a document's measurement takes. A thread that has ended is not in it; none of those measured ends one.
 * A kernel without these counts ends the run: zero would be a ratio too.
 */
function readCpuSeconds(pid: number): number {
  const path = `/proc/${pid}/task`;
  try {
    return (
      readdirSync(path).reduce((sum, thread) => sum + readThread(`${path}/${thread}/schedstat`), 0) / 1e9
    );
  } catch (error) {
    if (existsSync(path)) throw error;
    return 0;
  }
}

function readThread(path: string): number {
  return Number(readFileSync(path, 'utf8').split(' ')[0]);
}

function readProcess(pid: number): Process | undefined {
  try {
    // The name stands in parentheses and may contain anything.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { pid, parent: fields[1] ?? 0, pages: fields[21] ?? 0 };
  } catch {
    return undefined;
  }
}
