import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { comingAgain } from '../../support/coming-again.ts';
import { onEachStore } from '../../support/on-each-store.ts';
import { expectOneRedemption } from '../../support/parallel-redemption.ts';
import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  createPkce,
  exchange,
  postAsClient,
  signIn,
  userinfoStatus,
} from '../../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../../support/spawn-parley.ts';
import { dana, testBrand, testClients } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** A public client: its refresh tokens rotate. */
const appUri = 'https://app.acme.example/callback';
const app = {
  id: 'app',
  token_endpoint_auth_method: 'none',
  flows: ['pkce'],
  redirect_uris: [appUri],
  first_party: true,
  refresh_tokens: true,
};

/** docs/security.md 13 and 17 across processes: two Parleys with one store, one key folder and one set of cookie keys. */
onEachStore((store) => {
  let first: ParleyProcess;
  let second: ParleyProcess;
  let visitor: Visitor;

  beforeAll(async () => {
    const address = store();
    const shared = {
      brands: [testBrand({ clients: [...testClients(), app] })],
      // What is late here is the machine.
      serverYaml: { store_timeout: 20_000 },
      ...(address && { store: address }),
    };
    first = await spawnParley(shared);
    second = await spawnParley({ ...shared, beside: first });
    visitor = new Visitor(first.fetch);
    await signIn(visitor, authorizationUrl(webClient(first)), dana);
  });
  afterAll(async () => {
    await second?.stop();
    await first?.stop();
  });

  const clientOf = ({ issuer, fetch }: ParleyProcess) => webClient({ issuer, fetch: comingAgain(fetch) });

  const newCode = async () =>
    (await authorizeSilently(visitor, authorizationUrl(webClient(first)))).get('code') ?? '';

  describe('13 parallel redemption in two processes', () => {
    test.each([2, 20])(
      'of one code by %i requests: one success, and its tokens are dead in both',
      async (parallel) => {
        for (let round = 0; round < 3; round += 1) {
          await expectOneRedemption({ ways: [clientOf(first), clientOf(second)], parallel, newCode });
        }
      },
    );
  });

  test('17 of parallel uses of a rotating refresh token in two processes one succeeds, and its tokens are dead', async () => {
    const { verifier, challenge } = createPkce();
    const way = (process: ParleyProcess): Client => ({
      issuer: first.issuer,
      clientId: app.id,
      redirectUri: appUri,
      fetch: process.fetch,
    });
    const code =
      (await authorizeSilently(visitor, authorizationUrl(way(first), challenge))).get('code') ?? '';
    const identity = { client_id: app.id };
    const { body } = await exchange(way(second), code, { ...identity, code_verifier: verifier });
    const use = (process: ParleyProcess, refresh_token: string) =>
      postAsClient(way(process), '/token', { grant_type: 'refresh_token', refresh_token, ...identity });

    const answers = await Promise.all(
      [first, second, first, second].map((process) => use(process, body.refresh_token)),
    );

    const [winner, ...more] = answers.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    expect(winner?.body.refresh_token).not.toBe(body.refresh_token);
    expect((await use(first, winner?.body.refresh_token ?? '')).body.error).toBe('invalid_grant');
    expect(await userinfoStatus(way(second), winner?.body.access_token ?? '')).toBe(401);
  });

  test('a consumer who signed in at one process is signed in at the other, and its code is redeemed there', async () => {
    const elsewhere = visitor.clone(second.fetch);
    const answer = await authorizeSilently(elsewhere, authorizationUrl(webClient(second)));
    expect(answer.get('code')).toBeTruthy();
    expect((await exchange(webClient(first), answer.get('code') ?? '')).status).toBe(200);
  });

  test('both publish the same keys', async () => {
    const keyIds = async (process: ParleyProcess) => {
      const { keys } = (await (await process.fetch(`${first.issuer}/jwks`)).json()) as {
        keys: { kid: string }[];
      };
      return keys.map(({ kid }) => kid);
    };
    expect(await keyIds(first)).toEqual(await keyIds(second));
    expect(await keyIds(first)).not.toEqual([]);
  });
});
