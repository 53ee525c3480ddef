import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { type RedisCluster, startCluster } from '../support/redis-cluster.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  createPkce,
  exchange,
  refresh,
  signIn,
  type TokenAnswer,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type ScaledParley, startScaledParley } from '../support/scaled-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

const parallel = 20;

/** A busy machine that answers late has answered all the same. */
const patient = { store_timeout: 20_000, store_wait: { replicas: 1, timeout: 10_000 } };

describeWith('redis-server', () => {
  describeWith('haproxy', () => {
    describeWith('openssl', () => {
      let cluster: RedisCluster;
      let parley: ScaledParley;
      let visitor: Visitor;

      beforeAll(async () => {
        cluster = await startCluster();
        parley = await startScaledParley({ count: 4, store: cluster.url, serverYaml: patient });
        visitor = new Visitor(parley.networkOf(1));
        await signIn(visitor, authorizationUrl(parley.web), dana);
      });
      afterAll(async () => {
        await parley?.stop();
        await cluster?.stop();
      });

      async function newCode(client: Client, parameters = {}): Promise<string> {
        const url = authorizationUrl(client, parameters);
        const code = (await authorizeSilently(visitor.clone(), url)).get('code');
        if (!code) throw new Error('no code');
        return code;
      }

      /** The same at once at each of the four processes, several times each. */
      async function expectOneWinner(use: (process: number) => Promise<TokenAnswer>): Promise<TokenAnswer> {
        const answers = await Promise.all(Array.from({ length: parallel }, (_, index) => use(index)));
        const [winner, ...more] = answers.filter(({ status }) => status === 200);
        expect(more).toEqual([]);
        expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(parallel - 1);
        return winner as TokenAnswer;
      }

      describe('four processes on a Cluster', () => {
        test('13 each of 200 codes is redeemed exactly once by 20 in parallel, and its grant ends', async () => {
          for (let round = 0; round < 200; round += 1) {
            const code = await newCode(parley.web);
            const { body } = await expectOneWinner((index) => exchange(parley.at(index, parley.web), code));
            expect(await userinfoStatus(parley.at(round, parley.web), body.access_token)).toBe(401);
          }
        });

        test('17 each of 40 refresh tokens is used exactly once by 20 in parallel, and its grant ends', async () => {
          for (let round = 0; round < 40; round += 1) {
            const { verifier, challenge } = createPkce();
            const code = await newCode(parley.app, challenge);
            const { body } = await exchange(parley.app, code, { code_verifier: verifier });
            const next = await expectOneWinner((index) =>
              refresh(parley.at(index, parley.app), body.refresh_token),
            );
            expect((await refresh(parley.at(round, parley.app), next.body.refresh_token)).status).toBe(400);
          }
        });
      });
    });
  });
});
