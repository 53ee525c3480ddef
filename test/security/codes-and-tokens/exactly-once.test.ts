import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { comingAgain } from '../../support/coming-again.ts';
import { onEachStore } from '../../support/on-each-store.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  exchange,
  isActive,
  refresh,
  signIn,
  type TokenAnswer,
  userinfoStatus,
} from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, secrets } from '../../support/test-brand.ts';
import { webClient } from '../../support/web-client.ts';
import { Visitor } from '../../support/visitor.ts';

/** docs/security.md 13, 17: a code counts once, and a second use ends its grant only. */
onEachStore((store) => {
  let parley: RunningParley;
  let web: Client;
  let visitor: Visitor;

  beforeAll(async () => {
    const storeUrl = store();
    parley = await startParley(storeUrl ? { store: storeUrl } : {});
    web = webClient({ issuer: parley.issuer, fetch: comingAgain(fetch) });
    visitor = new Visitor(web.fetch);
    await signIn(visitor, authorizationUrl(web), dana);
  });
  afterAll(() => parley.stop());

  const newCode = async () => (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '';

  async function expectDead({ body }: TokenAnswer): Promise<void> {
    expect(await userinfoStatus(web, body.access_token)).toBe(401);
    expect(await isActive(web, body.access_token)).toBe(false);
    expect(await isActive(web, body.refresh_token)).toBe(false);
    expect((await refresh(web, body.refresh_token)).body.error).toBe('invalid_grant');
  }

  describe('13 parallel redemption', () => {
    test.each([2, 20])(
      'of one code by %i requests: one success, and its tokens are dead afterwards',
      async (parallel) => {
        const other = await exchange(web, await newCode());
        const code = await newCode();
        const answers = await Promise.all(Array.from({ length: parallel }, () => exchange(web, code)));
        const won = answers.filter(({ status }) => status === 200);
        const lost = answers.filter(({ status }) => status !== 200);

        expect(won).toHaveLength(1);
        expect(lost.map(({ status, body }) => [status, body.error])).toEqual(
          Array.from({ length: parallel - 1 }, () => [400, 'invalid_grant']),
        );
        await expectDead(won[0] as TokenAnswer);
        // The consumer's other conversation goes on.
        expect(await userinfoStatus(web, other.body.access_token)).toBe(200);
        expect((await refresh(web, other.body.refresh_token)).status).toBe(200);
      },
    );

    test('a later replay ends the conversation of that code alone', async () => {
      const other = await exchange(web, await newCode());
      const code = await newCode();
      const first = await exchange(web, code);
      expect(await userinfoStatus(web, first.body.access_token)).toBe(200);

      expect((await exchange(web, code)).body.error).toBe('invalid_grant');
      await expectDead(first);
      expect(await userinfoStatus(web, other.body.access_token)).toBe(200);
    });
  });

  test('five parallel silent sign-ins in one browser all succeed', async () => {
    for (let round = 0; round < 4; round += 1) {
      const codes = await Promise.all(
        Array.from({ length: 5 }, () => authorizeSilently(visitor.clone(), authorizationUrl(web))),
      );
      const answers = await Promise.all(codes.map((answer) => exchange(web, answer.get('code') ?? '')));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    }
  });

  test('five parallel silent sign-ins on a first visit all succeed', async () => {
    const fresh = new Visitor();
    await signIn(
      fresh,
      authorizationUrl({ ...web, clientId: 'liveperson', redirectUri: 'https://liveperson.net' }),
      dana,
    );
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => authorizeSilently(fresh.clone(), authorizationUrl(web))),
    );
    const answers = await Promise.all(codes.map((answer) => exchange(web, answer.get('code') ?? '')));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  });

  test('14 a code is worth nothing to another client or with another redirect URI, which spends nothing', async () => {
    const stranger: Client = {
      ...web,
      clientId: 'stranger',
      secret: secrets.stranger,
      redirectUri: 'https://stranger.example/callback',
    };
    const code = await newCode();
    expect((await exchange(stranger, code)).body.error).toBe('invalid_grant');
    expect(
      (await exchange({ ...web, redirectUri: 'https://shop.acme.example/other' }, code)).body.error,
    ).toBe('invalid_grant');
    // Neither attempt spent it.
    expect((await exchange(web, code)).status).toBe(200);
  });

  test('what the consumer types at the login page never reaches the client', async () => {
    const landed = await signIn(new Visitor(), authorizationUrl(web, { state: 'a b&c' }), dana);
    expect([...answerOf(landed).keys()].toSorted()).toEqual(['code', 'iss', 'state']);
    expect(answerOf(landed).get('iss')).toBe(parley.issuer);
    expect(answerOf(landed).get('state')).toBe('a b&c');
  });
});
