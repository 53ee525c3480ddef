import { compareStoreCosts, formatStoreCosts } from '../test/support/store-cost.ts';
import { measureWaitCost } from '../test/support/wait-cost.ts';

/**
 * `npm run cost`: what each request asks of the store and what a consumer occupies there, beside oidc-provider with the
 * adapter that most people write for Redis, driven through the same journey; and what waiting for a replica costs.
 */
const costs = await compareStoreCosts();
const { plain, parley } = costs;
const { waiting, notWaiting } = await measureWaitCost();
process.stdout.write(
  `${[
    formatStoreCosts(costs),
    describeBytes(plain.bytes, parley.bytes),
    `Once the code has expired: ${describeBytes(plain.bytesWithoutCode, parley.bytesWithoutCode)}`,
    '',
    `Saving a session: ${notWaiting.alone.toFixed(2)} ms, waiting for a replica ${waiting.alone.toFixed(2)} ms; ` +
      `50 at a time: ${notWaiting.together} a second, waiting ${waiting.together} a second.`,
  ].join('\n')}\n`,
);
process.exit();

function describeBytes(before: number, after: number): string {
  return `${before} bytes and ${after} (× ${(before / after).toFixed(2)} fewer).`;
}
