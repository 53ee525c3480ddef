import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { type Costs, formatStoreCost, measureStoreCost } from '../support/store-cost.ts';

const page = readFileSync(new URL('../../docs/redis-keys.md', import.meta.url), 'utf8');

describeWith('redis-server', () => {
  let costs: Costs;
  beforeAll(async () => {
    costs = await measureStoreCost();
  });

  test('each request costs what docs/redis-keys.md says', () => {
    expect(page).toContain(formatStoreCost(costs));
  });

  test('a signed-in consumer takes a third less than as hashes of whole JSON', () => {
    expect(costs.bytes.now).toBeLessThan(4500);
    expect(costs.bytes.now / costs.bytes.plain).toBeLessThan(0.72);
  });
});
