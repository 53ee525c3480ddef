import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  authorizationUrl,
  authorizeSilently,
  exchange,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

describe('17, 54 after kill -9 and a restart on the embedded store', () => {
  let parley: ParleyProcess;
  let visitor: Visitor;

  beforeAll(async () => {
    parley = await spawnParley();
    visitor = new Visitor(parley.fetch);
    await signIn(visitor, authorizationUrl(webClient(parley)), dana);
  });
  afterAll(() => parley?.stop());

  const newCode = async () =>
    (await authorizeSilently(visitor, authorizationUrl(webClient(parley)))).get('code') ?? '';
  const jwks = async () => (await parley.fetch(`${parley.issuer}/jwks`)).json();

  test('what was acknowledged holds: codes, tokens, the session, the keys, and what was used up', async () => {
    const web = webClient(parley);
    const before = await jwks();
    const tokens = await exchange(web, await newCode());
    const spent = await newCode();
    const spentTokens = await exchange(web, spent);
    const code = await newCode();

    await parley.kill();
    await parley.restart();

    expect((await exchange(web, code)).status).toBe(200);
    expect(await userinfoStatus(web, tokens.body.access_token)).toBe(200);
    expect((await refresh(web, tokens.body.refresh_token)).status).toBe(200);
    expect(await newCode()).toBeTruthy();
    expect(await jwks()).toEqual(before);
    expect((await exchange(web, spent)).body.error).toBe('invalid_grant');
    expect(await userinfoStatus(web, spentTokens.body.access_token)).toBe(401);
  });

  test('a sign-in that was waiting at the login page goes on', async () => {
    const fresh = new Visitor(parley.fetch);
    const page = await fresh.follow(await fresh.get(authorizationUrl(webClient(parley))), parley.issuer);
    await parley.kill();
    await parley.restart();
    const landed = await signIn(fresh, page.url, dana);
    expect(landed.href).toMatch(/^https:\/\/shop\.acme\.example\/callback\?code=/);
  });
});
