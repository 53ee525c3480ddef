import { formatStoreCost, measureStoreCost } from '../test/support/store-cost.ts';
import { measureWaitCost } from '../test/support/wait-cost.ts';

/** `npm run cost`: what each request asks of the store, what a consumer occupies there, and what waiting costs. */
const costs = await measureStoreCost();
const { now, plain } = costs.bytes;
const { waiting, notWaiting } = await measureWaitCost();
process.stdout.write(
  `${[
    formatStoreCost(costs),
    `${now} bytes; as hashes of whole JSON ${plain} bytes (${Math.round((now / plain) * 100)} %).`,
    '',
    `Saving a session: ${notWaiting.alone.toFixed(2)} ms, waiting for a replica ${waiting.alone.toFixed(2)} ms; ` +
      `50 at a time: ${notWaiting.together} a second, waiting ${waiting.together} a second.`,
  ].join('\n')}\n`,
);
process.exit();
