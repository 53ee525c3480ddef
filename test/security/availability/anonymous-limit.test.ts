import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createEmbeddedStore } from '../../../src/store/embedded-store.ts';
import { countCalls } from '../../support/counting-store.ts';
import { lookInTime } from '../../support/look-in-time.ts';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, testBrand } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

const limit = 5;

describe('47 an address that begins many authorization requests without a session', () => {
  let parley: RunningParley;
  let signedIn: Visitor;
  let folder: string;
  let counting: ReturnType<typeof countCalls>;

  /** A stranger behind the proxy, or one who only says so. */
  const begin = (address?: string) =>
    new Visitor().get(authorizationUrl(webClient(parley)), address ? { 'x-forwarded-for': address } : {});

  async function expectLimit(address?: string): Promise<void> {
    for (let n = 0; n < limit; n += 1) expect((await begin(address)).status).toBe(303);
    const refused = await begin(address);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('location')).toBeNull();
    const page = await refused.text();
    expect(page).toContain('Too many requests from this network.');
    expect(page).toContain(refused.headers.get('x-request-id'));
  }

  describe('behind a trusted proxy', () => {
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'parley-limit-'));
      counting = countCalls(createEmbeddedStore({ folder }));
      parley = await startParley({
        // It is written whenever there is time, and by nobody's request.
        brands: [testBrand({ request_log: false })],
        serverYaml: { anonymous_limit: limit, trusted_proxies: ['127.0.0.1', '::1'] },
        useStore: counting.store,
      });
      signedIn = new Visitor();
      await signIn(signedIn, authorizationUrl(webClient(parley)), dana);
    });
    afterAll(async () => {
      await parley.stop();
      rmSync(folder, { recursive: true });
    });

    test('is refused calmly, and nothing more of it is stored', async () => {
      await expectLimit('192.0.2.1');
    });

    test('keeps nobody else out: other addresses, whoever is signed in, and the platform', async () => {
      expect((await begin('192.0.2.2')).status).toBe(303);
      for (let n = 0; n < limit * 2; n += 1) {
        const url = authorizationUrl(webClient(parley), { prompt: 'none' });
        const answer = await signedIn.get(url, { 'x-forwarded-for': '192.0.2.1' });
        const code = new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
        expect((await exchange(webClient(parley), code)).status).toBe(200);
      }
    });

    test('is one address for a whole IPv6 household', async () => {
      for (let n = 0; n < limit; n += 1) await begin(`2001:db8::${n + 1}`);
      expect((await begin('2001:db8::ffff')).status).toBe(429);
      expect((await begin('2001:db8:0:1::1')).status).toBe(303);
    });

    test('costs the store nothing once it is refused, and a cookie that it made up does not change that', async () => {
      const url = authorizationUrl(webClient(parley));
      const forged = new Visitor();
      forged.cookies.set('parley_acme_session', { value: 'made-up', path: '/' });
      let network = 0;
      await lookInTime(async (_, watch) => {
        network += 1;
        const address = `198.51.100.${network}`;
        for (let n = 0; n < limit; n += 1) await begin(address);
        watch.start();
        await begin(address);
        counting.take();
        const refused = [await begin(address), await forged.get(url, { 'x-forwarded-for': address })];
        const { calls } = counting.take();
        // For so long a process remembers whom it has refused.
        watch.within(10);
        expect(refused.map(({ status }) => status)).toEqual([429, 429]);
        expect(calls).toBe(0);
      });
    });

    test('gets no sessions without end: neither by asking to sign out, nor by the cookie of one that is gone', async () => {
      const signOut = `${parley.issuer}/session/end`;
      const from = (address: string) => ({ 'x-forwarded-for': address });
      const nobody = new Visitor();
      await nobody.get(signOut, from('192.0.2.4'));
      for (let n = 1; n < limit; n += 1) await new Visitor().get(signOut, from('192.0.2.4'));
      expect((await new Visitor().get(signOut, from('192.0.2.4'))).status).toBe(429);
      // A session that is there already is not one more.
      expect((await nobody.get(signOut, from('192.0.2.4'))).status).toBe(200);

      const id = nobody.cookies.get('parley_acme_session')?.value ?? '';
      await counting.store.forBrand('acme').destroy('Session', id);
      const silent = authorizationUrl(webClient(parley), { prompt: 'none' });
      const ask = () => nobody.clone().get(silent, from('192.0.2.5'));
      for (let n = 0; n < limit; n += 1)
        expect((await ask()).headers.get('location')).toContain('error=login_required');
      const refused = await ask();
      expect(refused.status).toBe(429);
      expect(refused.headers.get('location')).toBeNull();
    });

    test('does not pass for a consumer with the cookie of a session that is nobody’s', async () => {
      const address = { 'x-forwarded-for': '192.0.2.6' };
      const nobody = new Visitor();
      await nobody.get(`${parley.issuer}/session/end`, address);
      expect(nobody.cookies.has('parley_acme_session.sig')).toBe(true);
      for (let n = 0; n < limit; n += 1) await begin('192.0.2.6');
      const url = authorizationUrl(webClient(parley));
      counting.take();
      for (let n = 0; n < 5; n += 1) expect((await nobody.get(url, address)).status).toBe(429);
      // Whose session it is was asked once, or once more after ten seconds.
      expect(counting.take().calls).toBeLessThan(5);
      expect((await signedIn.get(url, address)).headers.get('location')).toContain('code=');
    });

    test('is logged with its own code', () => {
      expect(parley.log.filter((line) => line['error'] === 'too_many_requests').length).toBeGreaterThan(0);
    });
  });

  describe('without a proxy', () => {
    beforeAll(async () => {
      parley = await startParley({ serverYaml: { anonymous_limit: limit } });
    });
    afterAll(() => parley.stop());

    test('cannot pass as another by a header', async () => {
      await expectLimit();
      expect((await begin('192.0.2.99')).status).toBe(429);
      const silent = await authorizeSilently(new Visitor(), authorizationUrl(webClient(parley)));
      expect(silent.get('error')).toBe('login_required');
    });
  });
});
