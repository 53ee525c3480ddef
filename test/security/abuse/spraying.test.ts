import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Guesser } from '../../support/guesser.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, sam, testBrand } from '../../support/test-brand.ts';
import { webClient } from '../../support/web-client.ts';
import { withoutIds } from '../../support/without-ids.ts';

const limits = { accounts_per_address: 6, first_wait: 900 };

describe('45 an address that tries one password at many accounts', () => {
  let parley: RunningParley;
  let guesser: Guesser;
  const sprayer = '203.0.113.66';

  beforeAll(async () => {
    const serverYaml = { trusted_proxies: ['127.0.0.1', '::1'] };
    parley = await startParley({ brands: [testBrand({ limits })], serverYaml });
    guesser = await Guesser.at(webClient(parley));
  });
  afterAll(() => parley.stop());

  test('has to wait before it meets the next account, whose own consumer does not', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1)
      statuses.push(await guesser.statusOf({ login: `c-${n}`, password: 'Winter2026!', from: sprayer }));
    expect(statuses.filter((status) => status === 401)).toHaveLength(6);
    expect(statuses.slice(6)).toEqual([429, 429, 429, 429, 429, 429]);
    expect(await guesser.statusOf({ ...dana, from: sprayer })).toBe(429);
    expect(await guesser.statusOf({ ...dana, from: '192.0.2.1' })).toBe(303);
  });

  test('is told to the operator once, with the address and without a name', () => {
    const told = parley.log.filter(({ event }) => event === 'spraying.detected');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ stream: 'audit', brand: 'acme', address: sprayer, accounts: 6 });
    expect(withoutIds(JSON.stringify(told))).not.toContain('c-5');
  });

  test('is not a carrier behind whose one address consumers mistype and then sign in', async () => {
    for (let n = 0; n < 10; n += 1) {
      const consumer = n % 2 ? dana : sam;
      const here = await Guesser.at(webClient(parley));
      const from = '198.51.100.1';
      expect(await here.statusOf({ login: consumer.login, password: 'mistyped', from })).toBe(401);
      expect(await here.statusOf({ ...consumer, from })).toBe(303);
    }
  });
});
