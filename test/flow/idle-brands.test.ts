import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

const farAway = Number.MAX_SAFE_INTEGER;

describe('a brand that nobody asks for', () => {
  let parley: RunningParley;
  beforeAll(async () => {
    parley = await startParley();
  });
  afterAll(() => parley.stop());

  function putAway(): void {
    const [site] = parley.server.sites;
    site?.putAway(farAway);
    expect(site?.isAwake()).toBe(false);
  }

  test('stood once at the start, so that its clients are checked, and wakes for the first consumer', async () => {
    expect(parley.server.sites[0]?.isAwake()).toBe(true);
    putAway();
    const visitor = new Visitor();
    const landed = await signIn(visitor, authorizationUrl(webClient(parley)), dana);
    expect(landed.searchParams.get('code')).toBeTruthy();
  });

  test('forgets nothing meanwhile: sign-ins under way, sessions, codes and tokens go on', async () => {
    const visitor = new Visitor();
    const page = await visitor.follow(await visitor.get(authorizationUrl(webClient(parley))), parley.issuer);
    putAway();
    expect((await visitor.get(page.url)).status).toBe(200);
    await signIn(visitor, authorizationUrl(webClient(parley)), dana);
    const answer = await authorizeSilently(visitor, authorizationUrl(webClient(parley)));
    putAway();
    const { status, body } = await exchange(webClient(parley), answer.get('code') ?? '');
    expect(status).toBe(200);
    putAway();
    const headers = { authorization: `Bearer ${body.access_token}` };
    expect((await fetch(`${parley.issuer}/userinfo`, { headers })).status).toBe(200);
    putAway();
    const again = await authorizeSilently(visitor, authorizationUrl(webClient(parley)));
    expect(again.get('code')).toBeTruthy();
  });

  test('wakes once for twenty who come together', async () => {
    putAway();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => new Visitor().get(authorizationUrl(webClient(parley)))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 303));
  });

  test('is not woken by those who ask for its keys', async () => {
    const first = await fetch(`${parley.issuer}/jwks`);
    const keys = await first.text();
    putAway();
    expect(await (await fetch(`${parley.issuer}/jwks`)).text()).toBe(keys);
    expect(parley.server.sites[0]?.isAwake()).toBe(false);
  });
});
