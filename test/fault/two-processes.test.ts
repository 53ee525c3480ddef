import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { onEachStore } from '../support/on-each-store.ts';
import { expectOneRedemption } from '../support/parallel-redemption.ts';
import { authorizationUrl, authorizeSilently, signIn } from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { patient } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

onEachStore((store) => {
  let parleys: ParleyProcess[];
  let visitor: Visitor;

  beforeAll(async () => {
    const address = store();
    const shared = address ? { store: address, serverYaml: patient } : {};
    const first = await spawnParley(shared);
    parleys = [
      first,
      await spawnParley({ ...shared, beside: first }),
      await spawnParley({ ...shared, beside: first }),
    ];
    visitor = new Visitor(first.fetch);
    await signIn(visitor, authorizationUrl(webClient(first)), dana);
  });
  afterAll(async () => {
    for (const parley of parleys.toReversed()) await parley.stop();
  });

  describe('13 parallel redemption, again and again', () => {
    test.each([2, 20])('in three processes by %i requests, 20 rounds', async (parallel) => {
      const ways = parleys.map(webClient);
      const newCode = async () => {
        const [first] = ways;
        return first ? ((await authorizeSilently(visitor, authorizationUrl(first))).get('code') ?? '') : '';
      };
      for (let round = 0; round < 20; round += 1) await expectOneRedemption({ ways, parallel, newCode });
    });
  });
});
