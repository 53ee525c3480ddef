import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createEmbeddedStore } from '../../../src/store/embedded-store.ts';
import type { Store } from '../../../src/store/contract.ts';
import { createTelemetry } from '../../../src/telemetry/create-telemetry.ts';
import { poll } from '../../support/poll.ts';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../../support/relying-party.ts';
import { type RunningParley, startParley } from '../../support/start-parley.ts';
import { dana, testBrand, testClients } from '../../support/test-brand.ts';
import { Visitor } from '../../support/visitor.ts';
import { webClient } from '../../support/web-client.ts';

/** How many strangers come at once: more than have a place, fewer than may wait. */
const crowd = 150;

/** Of the web client. */
const shop = 'https://shop.acme.example';

/** What docs/headers.md says of every answer of a brand, and of a page. */
function expectPolicy({ headers }: Response): void {
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  expect(headers.get('referrer-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  const isPage = headers.get('content-type')?.startsWith('text/html');
  expect(headers.get('cross-origin-opener-policy')).toBe(isPage ? 'unsafe-none' : null);
  if (isPage) expect(headers.get('permissions-policy')).toContain('camera=()');
  else expect(headers.get('permissions-policy')).toBeNull();
}

describe('47 more strangers than a process can serve', () => {
  let parley: RunningParley;
  let folder: string;
  let consumer: Visitor;
  let strangers: Promise<Response>[] = [];
  let begun = 0;
  let isBusy = false;
  /** The process's clock. It goes on when the test says so: a machine that stands still shuts no line. */
  let time = Date.now();
  const hold = Promise.withResolvers<void>();

  /** Each turn of the event loop takes too long for more work: that is what a process knows of a busy processor. */
  function keepBusy(): void {
    if (!isBusy) return;
    for (const end = performance.now() + 6; performance.now() < end; );
    setImmediate(keepBusy);
  }

  /** What a stranger's request leaves takes until it is let go. */
  function holdInteractions(store: Store): Store {
    return {
      ...store,
      forBrand(brand) {
        const own = store.forBrand(brand);
        return {
          ...own,
          async upsert(model, ...save) {
            if (model === 'Interaction' && strangers.length > 0) {
              begun += 1;
              await hold.promise;
            }
            return own.upsert(model, ...save);
          },
        };
      },
    };
  }
  const come = (accept = 'text/html') =>
    new Visitor().send(authorizationUrl(webClient(parley)), { headers: { accept } });

  const telemetry = createTelemetry({ measure: true });
  async function countThoseWhoCame(): Promise<number> {
    const metrics = (await telemetry.snapshot()) ?? [];
    const inFlight = metrics.find(({ name }) => name === 'parley_http_requests_in_flight');
    return inFlight?.values[0]?.value ?? 0;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'parley-overload-'));
    const clients = testClients().map((client) =>
      client['id'] === 'web' ? { ...client, pages: [shop] } : client,
    );
    parley = await startParley({
      brands: [testBrand({ clients })],
      useStore: holdInteractions(createEmbeddedStore({ folder })),
      telemetry,
      now: () => time,
    });
    consumer = new Visitor();
    await signIn(consumer, authorizationUrl(webClient(parley)), dana);
    isBusy = true;
    keepBusy();
    strangers = Array.from({ length: crowd }, () => come());
    await poll('the crowd comes', 30_000, async () => (await countThoseWhoCame()) === crowd);
    await poll('a line has stood still for too long', 20_000, async () => {
      time += 5_000;
      const answer = come();
      const status = await Promise.race([answer.then((response) => response.status), pause(200)]);
      if (status === undefined) strangers.push(answer);
      return status === 503;
    });
  });
  afterAll(async () => {
    isBusy = false;
    hold.resolve();
    await parley.stop();
    rmSync(folder, { recursive: true });
  });

  test('are turned away by a calm page that says when to come again', async () => {
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThan(crowd / 2);
    const refused = await come();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(refused.headers.get('location')).toBeNull();
    expect(refused.headers.get('set-cookie')).toBeNull();
    expect(refused.headers.get('content-type')).toMatch(/^text\/html/);
    const page = await refused.text();
    const id = refused.headers.get('x-request-id') ?? 'none';
    expect(page).toContain('Many people are here at the moment.');
    expect(page).toContain(id);
    expect(page.replaceAll(id, '')).not.toMatch(/overload|process|queue|limit/i);
    expectPolicy(refused);
    expect(refused.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'$/,
    );
  });

  test('are told so in JSON where they ask for it', async () => {
    const refused = await come('application/json');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await refused.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Many people are here at the moment. Please try again in a few seconds.',
      support_id: refused.headers.get('x-request-id'),
    });
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expectPolicy(refused);
  });

  test('are told so where no page can read it: who is signed in is answered, and that would show', async () => {
    const ask = (visitor: Visitor) =>
      visitor.post(`${parley.issuer}/page/identity`, { client_id: 'web' }, { origin: shop, accept: '*/*' });
    const refused = await ask(new Visitor());
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([503, null]);
    expectPolicy(refused);
    const answered = await ask(consumer);
    expect([answered.status, answered.headers.get('access-control-allow-origin')]).toEqual([200, shop]);
  });

  test('keep out neither consumers who are signed in, nor platforms, nor those who ask whether it lives', async () => {
    for (let n = 0; n < 5; n += 1) {
      const answer = await authorizeSilently(consumer, authorizationUrl(webClient(parley)));
      expect((await exchange(webClient(parley), answer.get('code') ?? '')).status).toBe(200);
    }
    for (const path of ['/healthz', '/readyz', '/jwks', '/.well-known/openid-configuration', '/parley.js'])
      expect([path, (await fetch(`${parley.issuer}${path}`)).status]).toEqual([path, 200]);
  });

  test('do not pass for consumers by a cookie that the store knows nobody of', async () => {
    const brand = parley.server.sites[0];
    const value = 'of-nobody';
    const signature = brand?.cookieSignatures.sign(`parley_acme_session=${value}`);
    for (const made of ['made-up', String(signature)]) {
      const nobody = new Visitor();
      nobody.cookies.set('parley_acme_session', { value, path: '/' });
      nobody.cookies.set('parley_acme_session.sig', { value: made, path: '/' });
      expect((await nobody.get(authorizationUrl(webClient(parley)))).status).toBe(503);
    }
  });

  test('are a line of the log together, and served in their turn', async () => {
    const lines = parley.log.filter(({ msg }) => String(msg).startsWith('more requests than'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'warn', standing: 'stranger' });
    isBusy = false;
    hold.resolve();
    const statuses = (await Promise.all(strangers)).map(({ status }) => status);
    // Who came when the line was closed already was turned away.
    expect(statuses.filter((status) => status !== 503 && status !== 303)).toEqual([]);
    expect(statuses.filter((status) => status === 303).length).toBeGreaterThan(crowd / 2);
    expect((await come()).status).toBe(303);
  });
});
