import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Guesser } from '../../support/guesser.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, testBrand } from '../../support/test-brand.ts';
import { webClient } from '../../support/web-client.ts';

const limits = { account_and_address: 3, first_wait: 900 };

describe('43 an address that is only claimed', () => {
  describe('to Parley itself', () => {
    let parley: RunningParley;
    beforeAll(async () => {
      parley = await startParley({ brands: [testBrand({ limits })] });
    });
    afterAll(() => parley.stop());

    test('does not get around a limit', async () => {
      const guesser = await Guesser.at(webClient(parley));
      const statuses: number[] = [];
      for (let n = 0; n < 6; n += 1)
        statuses.push(await guesser.statusOf({ login: 'nobody', password: 'x', from: `203.0.113.${n}` }));
      expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
    });
  });

  describe('to a trusted proxy that appends what it sees', () => {
    let parley: RunningParley;
    beforeAll(async () => {
      const serverYaml = { trusted_proxies: ['127.0.0.1', '::1', '10.0.0.0/8'] };
      parley = await startParley({ brands: [testBrand({ limits })], serverYaml });
    });
    afterAll(() => parley.stop());

    /** An attacker at `seen` who claims `claimed`. */
    const chain = (claimed: string, seen: string) => `${claimed}, ${seen}, 10.0.0.7`;

    test('does not get around a limit, and holds nobody up who really is there', async () => {
      const guesser = await Guesser.at(webClient(parley));
      const guess = { login: dana.login, password: 'wrong' };
      const statuses: number[] = [];
      for (let n = 0; n < 6; n += 1)
        statuses.push(await guesser.statusOf({ ...guess, from: chain('198.51.100.7', '203.0.113.66') }));
      expect(statuses).toEqual([401, 401, 401, 429, 429, 429]);
      expect(await guesser.statusOf({ ...guess, from: chain('1.2.3.4', '203.0.113.66') })).toBe(429);
      expect(await guesser.statusOf({ ...guess, from: chain('10.9.9.9', '203.0.113.66') })).toBe(429);
      expect(await guesser.statusOf({ ...dana, from: '198.51.100.7' })).toBe(303);
    });

    test('has no other spelling, and is a whole /64 of IPv6', async () => {
      const guesser = await Guesser.at(webClient(parley));
      const spellings = ['2001:db8:0:5::1', '2001:0DB8:0:5:ffff::2', '[2001:db8::5:0:0:0:3]:4711'];
      for (const from of spellings)
        expect(await guesser.statusOf({ login: 'sam', password: 'wrong', from })).toBe(401);
      expect(await guesser.statusOf({ login: 'sam', password: 'x', from: '2001:db8:0:5:a::' })).toBe(429);
      expect(await guesser.statusOf({ login: 'sam', password: 'x', from: '2001:db8:0:6::1' })).toBe(401);
    });
  });
});
