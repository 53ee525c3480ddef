import type { Subject } from '../subject/subject.ts';
import { readAlone, readTree } from './process-tree.ts';

export interface LoadResult {
  operations: number;
  /** Operations in a second. */
  throughput: number;
  /** Milliseconds of processor time for one operation. */
  serverCpu: number;
  redisCpu: number;
  /** Milliseconds that an operation took. */
  p50: number;
  p99: number;
  /** Each of them, the shortest first. */
  took: readonly number[];
  /** Bytes, of the server's tree at the end. */
  memory: number;
}

export interface Load {
  /** One operation; rejects when the answer is not the right one. */
  operate(worker: number): Promise<void>;
  /** How many run at a time. */
  parallel: number;
  milliseconds: number;
  /** Operations begun in a second, whatever the answers take; absent: as fast as they are answered. */
  offered?: number;
}

/** A rejected operation ends the run: a server that answers wrongly has no speed. */
export async function runLoad(subject: Pick<Subject, 'pid' | 'redisPid'>, load: Load): Promise<LoadResult> {
  const took: number[] = [];
  const before = readBoth(subject);
  const began = performance.now();
  await (load.offered === undefined
    ? closedLoop(load, took)
    : openLoop({ ...load, offered: load.offered }, took));
  const seconds = (performance.now() - began) / 1000;
  const after = readBoth(subject);
  const perOperation = (part: 'server' | 'redis') =>
    ((after[part].cpuSeconds - before[part].cpuSeconds) * 1000) / took.length;
  return {
    operations: took.length,
    throughput: took.length / seconds,
    serverCpu: perOperation('server'),
    redisCpu: perOperation('redis'),
    ...quantiles(took),
    memory: after.server.residentBytes,
  };
}

/** As if they had been one load. */
export function joinLoads(parts: readonly LoadResult[]): LoadResult {
  const sum = (of: (part: LoadResult) => number) => parts.reduce((total, part) => total + of(part), 0);
  const operations = sum((part) => part.operations);
  return {
    operations,
    throughput: operations / sum((part) => part.operations / part.throughput),
    serverCpu: sum((part) => part.serverCpu * part.operations) / operations,
    redisCpu: sum((part) => part.redisCpu * part.operations) / operations,
    ...quantiles(parts.flatMap(({ took }) => took)),
    memory: parts.at(-1)?.memory ?? 0,
  };
}

function quantiles(unsorted: readonly number[]): Pick<LoadResult, 'took' | 'p50' | 'p99'> {
  const took = unsorted.toSorted((a, b) => a - b);
  const quantile = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return { took, p50: quantile(0.5), p99: quantile(0.99) };
}

function readBoth({ pid, redisPid }: Pick<Subject, 'pid' | 'redisPid'>) {
  const none = { cpuSeconds: 0, residentBytes: 0 };
  return { server: readTree(pid), redis: redisPid === undefined ? none : readAlone(redisPid) };
}

async function closedLoop({ operate, parallel, milliseconds }: Load, took: number[]): Promise<void> {
  const end = performance.now() + milliseconds;
  const work = async (worker: number): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now();
      await operate(worker);
      took.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, worker) => work(worker)));
}

/** Latency counts from the moment at which an operation was due, so that a queue in front of the server shows. */
async function openLoop(
  { operate, parallel, milliseconds, offered }: Load & { offered: number },
  took: number[],
): Promise<void> {
  // What took no operation has no figures.
  const total = Math.max(1, Math.floor((offered * milliseconds) / 1000));
  const began = performance.now();
  let next = 0;
  const work = async (worker: number): Promise<void> => {
    for (let mine = next++; mine < total; mine = next++) {
      const due = began + (mine * 1000) / offered;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      await operate(worker);
      took.push(performance.now() - due);
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, worker) => work(worker)));
}
