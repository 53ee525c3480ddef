import { readFileSync } from 'node:fs';

/** A V8 profile of the main thread, as `node --cpu-prof` writes it. */
interface CpuProfile {
  /** Microseconds of the machine's monotonic clock, as process.hrtime() reads it. */
  startTime: number;
  nodes: { id: number; callFrame: Frame; children?: number[] }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

interface Frame {
  functionName: string;
  url: string;
  lineNumber: number;
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
    for (const name of new Set(stack.filter(({ url }) => url.startsWith('file:')).map(nameOf))) {
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

function add(to: Map<string, number>, name: string, took: number): void {
  to.set(name, (to.get(name) ?? 0) + took);
}

/** Whoever called Node's own code answers for it. */
function ownerOf(stack: readonly Frame[]): string {
  const [running] = stack;
  if (running?.functionName === '(garbage collector)') return 'garbage collector';
  const owned = stack.find(({ url }) => url.startsWith('file:'));
  if (owned) return placeOf(owned.url);
  const internal = stack.find(({ url }) => url.startsWith('node:'));
  return internal
    ? `node ${internal.url.replace(/^node:(internal\/)?/, '').split('/')[0]}`
    : (running?.functionName ?? '');
}

function placeOf(url: string): string {
  const module = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (module) return module;
  return /\/((?:src|bench)\/(?:[^/]+(?=\/))?)/.exec(url)?.[1] ?? url;
}

function nameOf(frame: Frame | undefined): string {
  if (!frame) return '';
  const file = frame.url.replace(/^file:\/\/.*\/(node_modules|src|bench)\//, (_, folder) =>
    folder === 'node_modules' ? '' : `${folder}/`,
  );
  return `${frame.functionName || '(anonymous)'}${file && ` ${file}:${frame.lineNumber + 1}`}`;
}
