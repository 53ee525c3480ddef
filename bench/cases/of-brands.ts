import { createSend } from '../measure/http-client.ts';
import type { BrandsSubject } from '../subject/subject.ts';
import { findCase, takeTurns } from './all-cases.ts';
import type { Operate } from './bench-case.ts';

/** Consumers who come back, of all brands together. */
const consumers = 1000;
/** For each brand, as many as there are threads that sign. */
const visits = 4;

/**
 * Signs consumers in at every brand of a server. @returns what prepares a case by its name; of its operations `inRow` after
 * one another are for one brand: with 1, each is for another brand than the last, for which neither the processor's caches
 * nor the look-ups of compiled code are warm
 */
export async function signInAtBrands(
  subject: BrandsSubject,
  parallel: number,
): Promise<(name: string, inRow?: number) => Promise<Operate>> {
  const { issuers, name: server } = subject;
  const cookies = await subject.fillEach(Math.ceil(consumers / issuers.length));
  // All on one host: a browser or proxy would use the same connections.
  const send = createSend(subject.issuer);
  const places = issuers.map((issuer, index) => ({
    subject: { name: server, issuer },
    send,
    nextCookie: takeTurns(cookies[index] ?? []),
    parallel,
  }));
  return async (name, inRow = 1) => {
    const operations = await Promise.all(places.map((place) => findCase(name).prepare(place)));
    await visitEach(operations, parallel);
    let next = 0;
    return async (worker) => operations[Math.floor(next++ / inRow) % operations.length]?.(worker);
  };
}

/** Before anything counts: a key's first signatures, on each thread, cost several times as much as its later ones. */
async function visitEach(operations: readonly Operate[], parallel: number): Promise<void> {
  let begun = 0;
  const end = operations.length * visits;
  const work = async (worker: number): Promise<void> => {
    while (begun < end) await operations[begun++ % operations.length]?.(worker);
  };
  await Promise.all(Array.from({ length: parallel }, (_, worker) => work(worker)));
}
