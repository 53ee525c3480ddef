import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AuditLog } from '../../src/audit/audit-log.ts';
import { limitsSchema } from '../../src/config/schema/limits-schema.ts';
import { createSignInAttempts, type SignInAttempt } from '../../src/interaction/sign-in-attempts.ts';
import { createAttemptLimits } from '../../src/limits/attempt-limits.ts';
import type { Store } from '../../src/store/contract.ts';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-attempts-'));
const start = Date.parse('2026-11-26T10:00:00Z');
/** Small, because each attempt is written to the disk. */
const settings = { account: 25, address: 40, accounts_per_address: 8, known_browser: 12 };
let now = start;
let store: Store;
let brands = 0;
let events: string[];
let begin: (login: string, address: string, knownBrowser?: string) => Promise<SignInAttempt>;

beforeAll(() => {
  store = createEmbeddedStore({ folder, now: () => now });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  now = start;
  events = [];
  const audit: AuditLog = {
    record: (event, facts) =>
      void events.push(`${event} ${(facts as { limit?: string }).limit ?? ''}`.trim()),
    forBrand: () => audit,
    reopen() {},
    close() {},
  };
  brands += 1;
  const limits = createAttemptLimits({
    store: store.forBrand(`brand-${brands}`),
    settings: limitsSchema.parse(settings),
    audit,
  });
  const attempts = createSignInAttempts({ limits, audit });
  begin = (login, address, knownBrowser) => attempts.begin({ login, address, knownBrowser, facts: {} });
});

type Try = [login: string, address: string, knownBrowser?: string];

/** How many of the tries get through to the password check. */
async function allowed(tries: Try[]): Promise<number> {
  const outcomes = await Promise.allSettled(tries.map((each) => begin(...each)));
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

const repeat = (count: number, make: (index: number) => Try) =>
  Array.from({ length: count }, (_, index) => make(index));

const later = (seconds: number) => {
  now += seconds * 1000;
};

describe('failed sign-ins', () => {
  test('42 of a hundred in parallel for one login from one address no more than ten are tried', async () => {
    expect(await allowed(repeat(100, () => ['dana', '192.0.2.1']))).toBe(10);
    expect(events).toEqual(['limit.reached account-and-address']);
  });

  test('wait longer each time, up to a quarter of an hour', async () => {
    await allowed(repeat(10, () => ['dana', '192.0.2.1']));
    for (const seconds of [30, 60, 120, 240, 480, 900, 900]) {
      const refused = await begin('dana', '192.0.2.1').catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'too_many_attempts', retryAfter: seconds });
      later(seconds);
      expect(await allowed(repeat(5, () => ['dana', '192.0.2.1']))).toBe(1);
    }
  });

  test('spellings that a directory may take for the same are one login', async () => {
    const spellings = [
      'dana r',
      'DANA R',
      ' Dana  R ',
      'd\u00E1na r',
      'da\u0301na r',
      'da\u00ADna r',
      '\uFF44ana r',
      'da\u0001na r',
    ];
    expect(
      await allowed(repeat(24, (index) => [spellings[index % spellings.length] ?? '', '192.0.2.1'])),
    ).toBe(10);
    expect(await allowed([['dano r', '192.0.2.1']])).toBe(1);
  });

  test('all addresses of one IPv6 household are one address', async () => {
    const household = (index: number): Try => ['dana', `2001:db8:1:2:${index.toString(16)}::${index}`];
    expect(await allowed(repeat(20, household))).toBe(10);
    expect(await allowed([['dana', '2001:db8:1:3::1']])).toBe(1);
  });

  test('an address has one group however it is written', async () => {
    const spellings = ['2001:db8::1', '2001:0db8:0:0:ffff::1', '2001:DB8:0000:0::2'];
    expect(await allowed(repeat(15, (index) => ['dana', spellings[index % 3] ?? '']))).toBe(10);
    const mapped = ['192.0.2.1', '::ffff:192.0.2.1', '::FFFF:c000:201'];
    expect(await allowed(repeat(15, (index) => ['sam', mapped[index % 3] ?? '']))).toBe(10);
  });

  test('an attempt that nobody could check is taken back, for the login and for the address', async () => {
    for (let index = 0; index < 15; index += 1) await (await begin('dana', '192.0.2.1')).undecided();
    expect(await allowed(repeat(15, () => ['dana', '192.0.2.1']))).toBe(10);
  });

  test('45 one address that fails at many accounts has to wait before it meets the next one', async () => {
    expect(await allowed(repeat(30, (index) => [`consumer-${index}`, '192.0.2.1']))).toBe(8);
    expect(events).toEqual(['limit.reached accounts-per-address', 'spraying.detected']);
    expect(await allowed([['consumer-1', '192.0.2.2']])).toBe(1);
  });

  test('45 nor does it guess at few accounts for ever', async () => {
    expect(await allowed(repeat(80, (index) => [`consumer-${index % 7}`, '192.0.2.1']))).toBe(40);
  });

  test("sign-ins that succeed, at once or at the second try, do not use up a carrier's shared address", async () => {
    for (let index = 0; index < 60; index += 1) {
      if (index % 3 === 0) await begin(`consumer-${index}`, '192.0.2.1');
      await (await begin(`consumer-${index}`, '192.0.2.1')).succeeded();
    }
  });

  test('many addresses guess one login no faster than its limit, and then one in 15 minutes', async () => {
    const elsewhere = (index: number): Try => ['dana', `198.51.${index % 200}.${index % 250}`];
    expect(await allowed(repeat(60, elsewhere))).toBe(25);
    let inAnHour = 0;
    for (let minute = 0; minute < 150; minute += 1) {
      later(60);
      const tried = await allowed(repeat(2, (index) => elsewhere(minute * 2 + index)));
      if (minute >= 90) inAnHour += tried;
    }
    expect(inAnHour).toBeLessThanOrEqual(5);
  });

  test('a consumer who remembered the password starts afresh', async () => {
    await allowed(repeat(9, () => ['dana', '192.0.2.1']));
    await (await begin('dana', '192.0.2.1')).succeeded();
    expect(await allowed(repeat(20, () => ['dana', '192.0.2.1']))).toBe(10);
  });

  test("strangers' guesses do not hold up a known browser, whose own are limited too", async () => {
    await allowed(repeat(40, (index) => ['dana', `198.51.100.${index % 250}`]));
    await allowed(repeat(20, (index) => [`consumer-${index}`, '192.0.2.1']));
    expect(await allowed([['dana', '192.0.2.1']])).toBe(0);
    expect(await allowed(repeat(20, () => ['dana', '192.0.2.1', 'laptop']))).toBe(12);
    expect(await allowed([['dana', '192.0.2.1', 'phone']])).toBe(1);
  });

  test('the store learns no login', async () => {
    await allowed([['dana@example.com', '192.0.2.1']]);
    const written = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'latin1'));
    expect(written.join('')).toContain('account-and-address ');
    expect(written.join('')).not.toContain('dana');
  });
});
