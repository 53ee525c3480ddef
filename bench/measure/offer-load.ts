export interface Offer {
  /** One operation: false when the server turned it away. Rejects when an answer is wrong. */
  operate(worker: number): Promise<boolean>;
  /** Operations begun in a second, however many are still running. */
  perSecond: number;
  milliseconds: number;
  /** Milliseconds at the beginning that are offered and not counted: what was learnt of another load is unlearnt. */
  settling: number;
  workers: number;
}

export interface OfferResult {
  /** Operations in a second. */
  offered: number;
  done: number;
  turnedAway: number;
  /** Milliseconds of those that were done, from the moment at which they were due. */
  p50: number;
  p99: number;
  /** The same from the moment at which they were begun: without what this generator itself was late. */
  p99FromBegin: number;
}

/** An open loop: whoever comes does not wait for who came before. */
export async function offerLoad(offer: Offer): Promise<OfferResult> {
  const { operate, perSecond, milliseconds, settling, workers } = offer;
  const took: { fromDue: number; fromBegin: number }[] = [];
  let turnedAway = 0;
  const began = performance.now();
  const uncounted = Math.ceil((perSecond * settling) / 1000);
  const total = uncounted + Math.max(1, Math.floor((perSecond * milliseconds) / 1000));
  const running = new Set<Promise<void>>();
  const begin = async (number: number): Promise<void> => {
    const due = began + (number * 1000) / perSecond;
    const begun = performance.now();
    const isDone = await operate(number % workers);
    if (due < began + settling) return;
    const now = performance.now();
    if (isDone) took.push({ fromDue: now - due, fromBegin: now - begun });
    else turnedAway += 1;
  };
  for (let next = 0; next < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) * perSecond) / 1000));
    for (; next < due; next += 1) {
      const one = begin(next).finally(() => running.delete(one));
      running.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  const seconds = milliseconds / 1000;
  const fromDue = took.map((one) => one.fromDue);
  return {
    offered: (took.length + turnedAway) / seconds,
    done: took.length / seconds,
    turnedAway: turnedAway / seconds,
    p50: quantile(fromDue, 0.5),
    p99: quantile(fromDue, 0.99),
    p99FromBegin: quantile(
      took.map((one) => one.fromBegin),
      0.99,
    ),
  };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
