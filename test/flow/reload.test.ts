import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { whileDirectoryIsAsked } from '../support/hold-directory.ts';
import { poll } from '../support/poll.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  exchange,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** Brands come, change and go while the process serves; what a file says wrongly changes nothing. */
let parley: RunningParley;
const shop = (overrides: object = {}) =>
  testBrand({ brand: 'shop', issuer: 'http://localhost:PORT/shop', ...overrides });
const bank = (overrides: object = {}) =>
  testBrand({ brand: 'bank', issuer: 'http://localhost:PORT/bank', ...overrides });

beforeEach(async () => {
  parley = await startParley({ brands: [shop(), bank()] });
});
afterEach(() => parley.stop());

const at = (path: string): Client => webClient({ issuer: `http://localhost:${parley.port}${path}` });
const siteOf = (brand: string) => parley.server.sites.find((site) => site.brand === brand);
const statusOf = async (path: string) =>
  (await fetch(`http://localhost:${parley.port}${path}/.well-known/openid-configuration`)).status;
const keyIdsOf = async (path: string) => {
  const answer = await fetch(`http://localhost:${parley.port}${path}/jwks`);
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
};

async function codeOf(client: Client, visitor = new Visitor()): Promise<string> {
  return answerOf(await signIn(visitor, authorizationUrl(client), dana)).get('code') ?? '';
}

/** A browser that looks at the sign-in page. */
async function openSignIn(client: Client) {
  const visitor = new Visitor();
  const { origin } = new URL(client.issuer);
  const page = await visitor.follow(await visitor.get(authorizationUrl(client)), origin);
  const { action, fields } = readForm(await page.response.text());
  return {
    async submit() {
      const form = { csrf: fields['csrf'] ?? '', login: dana.login, password: dana.password };
      return visitor.follow(await visitor.post(new URL(action, origin), form), origin);
    },
  };
}

describe('a brand that is added', () => {
  test('is served with keys of its own, and the others notice nothing', async () => {
    const [shopBefore, bankBefore] = [siteOf('shop'), siteOf('bank')];
    expect(await statusOf('/fresh')).toBe(404);
    await parley.writeBrand(testBrand({ brand: 'fresh', issuer: 'http://localhost:PORT/fresh' }));
    await parley.reload();
    const { body } = await exchange(at('/fresh'), await codeOf(at('/fresh')));
    expect(claimsOf(body.id_token)).toMatchObject({ iss: at('/fresh').issuer, sub: dana.sub });
    expect(await keyIdsOf('/shop')).not.toEqual(await keyIdsOf('/fresh'));
    expect([siteOf('shop'), siteOf('bank')]).toEqual([shopBefore, bankBefore]);
    expect(parley.log).toContainEqual(
      expect.objectContaining({
        msg: 'configuration read again',
        added: ['fresh'],
        changed: [],
        removed: [],
      }),
    );
  });
});

describe('a brand that is changed', () => {
  test('answers by its new file, with the keys, sessions, codes and tokens that it had', async () => {
    const visitor = new Visitor();
    const { body } = await exchange(at('/shop'), await codeOf(at('/shop'), visitor));
    const waiting = (await authorizeSilently(visitor, authorizationUrl(at('/shop')))).get('code') ?? '';
    const [keys, unchanged] = [await keyIdsOf('/shop'), siteOf('bank')];

    await parley.writeBrand(shop({ clients: [{ ...testClients()[2], id_token_claims: true }] }));
    await parley.reload();
    expect(await keyIdsOf('/shop')).toEqual(keys);
    expect(siteOf('bank')).toBe(unchanged);
    expect(await userinfoStatus(at('/shop'), body.access_token)).toBe(200);
    expect((await refresh(at('/shop'), body.refresh_token)).status).toBe(200);
    expect((await exchange(at('/shop'), waiting)).status).toBe(200);
    const url = authorizationUrl(at('/shop'), { scope: 'openid profile' });
    const code = (await authorizeSilently(visitor, url)).get('code') ?? '';
    const renewed = await exchange(at('/shop'), code);
    expect(claimsOf(renewed.body.id_token)).toMatchObject({ given_name: 'Dana' });
  });

  test('lets a sign-in that was under way go on', async () => {
    const signingIn = await openSignIn(at('/shop'));
    await parley.writeBrand(shop({ display_name: 'Another name' }));
    await parley.reload();
    const { url } = await signingIn.submit();
    expect((await exchange(at('/shop'), answerOf(url).get('code') ?? '')).status).toBe(200);
  });

  test('ends a sign-in for a client that is gone with a page, not with a failure', async () => {
    const signingIn = await openSignIn(at('/shop'));
    await parley.writeBrand(shop({ clients: testClients().filter(({ id }) => id !== 'web') }));
    await parley.reload();
    const { response, url } = await signingIn.submit();
    expect([response.status, url.origin]).toEqual([400, new URL(at('/shop').issuer).origin]);
  });

  test('ends a request that runs on the site that it began with, and closes that after it', async () => {
    const visitor = new Visitor();
    await codeOf(at('/bank'), visitor);
    const before = siteOf('bank')!;
    const close = jest.spyOn(before.directory, 'close');
    const url = authorizationUrl(at('/bank'), { prompt: 'none' });
    const answer = await whileDirectoryIsAsked(
      parley,
      () => visitor.get(url),
      async () => {
        await parley.writeBrand(bank({ display_name: 'Another name' }));
        await parley.reload();
        expect(siteOf('bank')).not.toBe(before);
        // Time enough for a close that does not wait.
        for (let request = 0; request < 10; request += 1) await statusOf('/bank');
        expect(close).not.toHaveBeenCalled();
      },
    );
    expect(answerOf(new URL(answer.headers.get('location') ?? '')).get('code')).toBeTruthy();
    await poll('the replaced directory is closed', 20_000, () => close.mock.calls.length === 1);
  });

  test('may change places with another in one step', async () => {
    await parley.writeBrand(shop({ issuer: 'http://localhost:PORT/bank' }));
    await parley.writeBrand(bank({ issuer: 'http://localhost:PORT/shop' }));
    const [shopKeys, bankKeys] = [await keyIdsOf('/shop'), await keyIdsOf('/bank')];
    await parley.reload();
    expect([await keyIdsOf('/bank'), await keyIdsOf('/shop')]).toEqual([shopKeys, bankKeys]);
  });
});

describe('a brand that is removed', () => {
  test('answers 404, its directory is closed, and the others go on', async () => {
    const close = jest.spyOn(siteOf('shop')!.directory, 'close');
    const visitor = new Visitor();
    await codeOf(at('/bank'), visitor);
    await rm(join(parley.folder, 'config/brands/shop.yaml'));
    await parley.reload();
    expect(await statusOf('/shop')).toBe(404);
    expect(close).toHaveBeenCalledTimes(1);
    expect((await authorizeSilently(visitor, authorizationUrl(at('/bank')))).get('code')).toBeTruthy();
    expect(parley.log).toContainEqual(expect.objectContaining({ removed: ['shop'] }));
  });
});

describe('a configuration that cannot be used', () => {
  const problems = () =>
    parley.log
      .filter(({ msg, level }) => msg === 'configuration' && level === 'error')
      .map(({ problem }) => problem);

  test('changes nothing, right brands included, and the log has every problem with its place and its fix', async () => {
    const before = [...parley.server.sites];
    await parley.writeBrand(testBrand({ brand: 'fresh', issuer: 'http://localhost:PORT/fresh' }));
    await parley.writeBrand(bank({ claims: { plan: 'account.' }, isuer: 'x' }));
    await parley.writeBrand(shop({ claims: { sub: 'id' } }));
    await parley.reload();
    expect(parley.server.sites).toEqual(before);
    expect(await statusOf('/fresh')).toBe(404);
    expect(problems()).toEqual([
      expect.stringMatching(/^brands\/bank\.yaml:\d+:\d+ claims\.plan: .*\n {4}fix: /),
      expect.stringMatching(/^brands\/bank\.yaml:\d+:\d+ isuer: unknown key\n {4}fix: did you mean issuer\?/),
      expect.stringMatching(/^brands\/shop\.yaml:\d+:\d+ claims\.sub: .*\n {4}fix: /),
    ]);
    expect(parley.log).toContainEqual(
      expect.objectContaining({ msg: 'the configuration cannot be used: nothing has changed' }),
    );
    await parley.writeBrand(bank());
    await parley.writeBrand(shop());
    await parley.reload();
    expect(await statusOf('/fresh')).toBe(200);
  });

  test('a brand that cannot be opened keeps the others as they were too', async () => {
    const [before, close] = [[...parley.server.sites], jest.spyOn(siteOf('shop')!.directory, 'close')];
    await writeFile(join(parley.folder, 'config/broken.yaml'), 'accounts: [{ id: "a b" }]\n');
    await parley.writeBrand(bank({ accounts: { file: { path: 'config/broken.yaml' } } }));
    await parley.writeBrand(shop({ display_name: 'Another name' }));
    await parley.reload();
    expect(parley.server.sites).toEqual(before);
    expect(close).not.toHaveBeenCalled();
    expect(problems()).toEqual([expect.stringMatching(/^broken\.yaml:1 accounts\[0\]\.id: /)]);
  });

  test('no secret is in what the log says', async () => {
    const [client] = testClients();
    await parley.writeBrand(shop({ clients: [{ ...client, secret: `${secrets.web}!`, flows: 'code' }] }));
    await parley.reload();
    expect(problems().length).toBeGreaterThan(1);
    expect(JSON.stringify(parley.log)).not.toContain(secrets.web);
  });
});

test('what belongs to the process stays, and the log says that it needs a restart', async () => {
  await writeFile(
    join(parley.folder, 'config/server.yaml'),
    'store_timeout: 1500\ntrusted_proxies: [10.0.0.1]\n',
  );
  await parley.reload();
  expect(parley.log).toContainEqual(
    expect.objectContaining({
      msg: 'server.yaml has changed: this needs a restart',
      settings: ['trusted_proxies', 'store_timeout'],
    }),
  );
});

test('reloads that come together are one after the other, and the last state wins', async () => {
  const file = join(parley.folder, 'config/brands/shop.yaml');
  const text = await readFile(file, 'utf8');
  await rm(file);
  const first = parley.reload();
  const second = parley.reload();
  await writeFile(file, text);
  await Promise.all([first, second, parley.reload()]);
  expect(await statusOf('/shop')).toBe(200);
});
