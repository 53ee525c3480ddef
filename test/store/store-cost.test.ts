import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { type Comparison, compareStoreCosts, formatStoreCosts } from '../support/store-cost.ts';

const page = readFileSync(new URL('../../docs/redis-keys.md', import.meta.url), 'utf8');

describeWith('redis-server', () => {
  let costs: Comparison;
  beforeAll(async () => {
    costs = await compareStoreCosts();
  });

  test('each request costs what docs/redis-keys.md says', () => {
    expect(page).toContain(formatStoreCosts(costs));
  });

  test('a signed-in consumer takes half of what one takes with the plain adapter, though with more indexes', () => {
    expect(costs.parley.keys).toBeGreaterThan(costs.plain.keys);
    expect(costs.plain.bytes / costs.parley.bytes).toBeGreaterThan(2);
  });
});
