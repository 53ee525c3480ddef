import { Agent, request } from 'node:http';
import { setPriority } from 'node:os';

/**
 * A process that sends authorization requests of nobody in particular, so many a second, and then says how each was
 * answered. It gives way to everything else on the machine: a flood comes over the network, and where it were made it
 * would take the very processor whose work is measured.
 */
export interface Flood {
  url: string;
  address: string;
  requests: number;
  perSecond: number;
}

/** By status. */
export type FloodOutcome = Record<number, number>;

const [flood] = process.argv.slice(2).map((text): Flood => JSON.parse(text));
if (flood) {
  setPriority(19);
  process.send?.(await run(flood));
}

async function run({ url, address, requests, perSecond }: Flood): Promise<FloodOutcome> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const outcome: FloodOutcome = {};
  const send = () =>
    new Promise<void>((resolve, reject) => {
      const outgoing = request(url, { agent, headers: { 'x-forwarded-for': address } }, (answer) => {
        const { statusCode = 0 } = answer;
        outcome[statusCode] = (outcome[statusCode] ?? 0) + 1;
        answer.resume().once('end', resolve).once('error', reject);
      });
      outgoing.once('error', reject).end();
    });
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (let sent = 0; sent < requests; ) {
    const due = Math.min(requests, Math.ceil(((performance.now() - began) * perSecond) / 1000));
    for (; sent < due; sent += 1) running.push(send());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(running);
  agent.destroy();
  return outcome;
}
