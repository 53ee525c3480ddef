import { formatStoreCost, measureStoreCost } from '../test/support/store-cost.ts';

/** `npm run cost`: what each request asks of the store, and what a consumer occupies there (docs/redis-keys.md). */
const costs = await measureStoreCost();
const { now, plain } = costs.bytes;
process.stdout.write(`${formatStoreCost(costs)}\n`);
process.stdout.write(
  `${now} bytes; as hashes of whole JSON ${plain} bytes (${Math.round((now / plain) * 100)} %).\n`,
);
process.exit();
