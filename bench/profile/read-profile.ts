import { readFileSync } from 'node:fs';
import { add, type Frame, isOwned, nameOf, ownerOf } from './frames.ts';

/** A V8 profile of the main thread, as `node --cpu-prof` writes it. */
interface CpuProfile {
  /** Microseconds of the machine's monotonic clock, as process.hrtime() reads it. */
  startTime: number;
  nodes: { id: number; callFrame: Frame; children?: number[] }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

/** Where the main thread's time went. */
export interface Shares {
  /** Microseconds in which it did something. */
  busy: number;
  /** Microseconds by owner, most first: a package, a folder of src, or a part of Node that nobody above it called. */
  owners: Map<string, number>;
  /** Microseconds by function, its own time alone. */
  functions: Map<string, number>;
  /** Microseconds by owned function, with what it called. */
  inclusive: Map<string, number>;
}

/** @param from, to microseconds of the monotonic clock */
export function readProfile(file: string, from: number, to: number): Shares {
  const profile: CpuProfile = JSON.parse(readFileSync(file, 'utf8'));
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])),
  );
  const shares: Shares = { busy: 0, owners: new Map(), functions: new Map(), inclusive: new Map() };
  let time = profile.startTime;
  for (const [position, id] of profile.samples.entries()) {
    const took = profile.timeDeltas[position] ?? 0;
    time += took;
    if (time < from || time > to) continue;
    const stack = stackOf(id);
    if (stack[0]?.functionName === '(idle)') continue;
    shares.busy += took;
    add(shares.owners, ownerOf(stack), took);
    add(shares.functions, nameOf(stack[0]), took);
    for (const name of new Set(stack.filter(isOwned).map(nameOf))) {
      add(shares.inclusive, name, took);
    }
  }
  return shares;

  /** The running function first. */
  function stackOf(id: number): Frame[] {
    const stack: Frame[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const node = nodes.get(at);
      if (node) stack.push(node.callFrame);
    }
    return stack;
  }
}
