import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fetchAt } from '../support/fetch-at.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { testBrand } from '../support/test-brand.ts';

let parley: RunningParley;
let base: string;

beforeAll(async () => {
  parley = await startParley({
    brands: [
      testBrand({ brand: 'acme', issuer: 'http://localhost:PORT/acme' }),
      testBrand({ brand: 'gamma', issuer: 'http://127.0.0.1:PORT' }),
    ],
  });
  base = `http://127.0.0.1:${parley.port}`;
});
afterAll(() => parley.stop());

const published = (name: string) => readFile(new URL(`../../browser/${name}`, import.meta.url), 'utf8');

describe("the script for brands' pages", () => {
  const names = ['parley.js', 'parley.mjs', 'parley-livechat.js', 'parley-livechat.mjs'];
  test.each(names)('%s is the published one, at every brand', async (name) => {
    const text = await published(name);
    for (const issuer of [base, `http://localhost:${parley.port}/acme`]) {
      const response = await fetch(`${issuer}/${name}`);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(text);
      expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    }
  });

  test('may be loaded by a page of any origin, also an isolated one, and is not sniffed', async () => {
    const { headers } = await fetch(`${base}/parley.js`, {
      headers: { origin: 'https://anywhere.example', 'sec-fetch-mode': 'no-cors' },
    });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('is kept for some minutes and then asked for by its tag', async () => {
    const first = await fetch(`${base}/parley.js`);
    const maxAge = Number(/max-age=(\d+)/.exec(first.headers.get('cache-control') ?? '')?.[1]);
    expect(first.headers.get('cache-control')).toMatch(/^public/);
    expect(maxAge).toBeGreaterThanOrEqual(60);
    expect(maxAge).toBeLessThanOrEqual(3600);

    const etag = first.headers.get('etag') ?? '';
    // Node's own fetch says no-cache beside a condition, which asks for the whole answer.
    const ask = (known: string) =>
      fetchAt(parley.port)(`${base}/parley.js`, { headers: { 'if-none-match': known } });
    const again = await ask(etag);
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
    expect(again.headers.get('access-control-allow-origin')).toBe('*');
    expect((await ask('W/"another"')).status).toBe(200);
    expect((await fetch(`${base}/parley.mjs`)).headers.get('etag')).not.toBe(etag);
  });

  test('comes packed as the browser likes it', async () => {
    const text = await published('parley.js');
    for (const encoding of ['br', 'gzip', 'identity']) {
      const response = await fetch(`${base}/parley.js`, { headers: { 'accept-encoding': encoding } });
      expect(response.headers.get('content-encoding')).toBe(encoding === 'identity' ? null : encoding);
      expect(response.headers.get('vary')).toContain('Accept-Encoding');
      expect(await response.text()).toBe(text);
    }
  });

  test('answers HEAD, reads no cookie and sets none', async () => {
    const response = await fetch(`${base}/parley.js`, {
      method: 'HEAD',
      headers: { cookie: 'parley_gamma_session=x' },
    });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  test('is not found by another method or at another place', async () => {
    expect((await fetch(`${base}/parley.js`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${base}/x/parley.js`)).status).toBe(404);
    expect((await fetch(`${base}/parley.js.map`)).status).toBe(404);
  });
});
