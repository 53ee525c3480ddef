import { beforeEach, describe, expect, test } from '@jest/globals';
import { createSignInAttempts, type SignInAttempts } from '../../src/interaction/sign-in-attempts.ts';

let counts: Map<string, number>;
let attempts: SignInAttempts;

beforeEach(() => {
  counts = new Map();
  attempts = createSignInAttempts({
    async increment(counter) {
      counts.set(counter, (counts.get(counter) ?? 0) + 1);
      return counts.get(counter) ?? 0;
    },
    decrement: async (counter) => void counts.set(counter, Math.max(0, (counts.get(counter) ?? 0) - 1)),
    readCounter: async (counter) => counts.get(counter) ?? 0,
    resetCounter: async (counter) => void counts.delete(counter),
  });
});

/** How many of the tries get through to the password check. */
async function allowed(tries: [login: string, address: string][]): Promise<number> {
  const outcomes = await Promise.allSettled(tries.map(([login, address]) => attempts.check(login, address)));
  return outcomes.filter(({ status }) => status === 'fulfilled').length;
}

const repeat = (count: number, make: (index: number) => [string, string]) =>
  Array.from({ length: count }, (_, index) => make(index));

describe('failed sign-ins', () => {
  test('42 of a hundred in parallel for one login from one address no more than ten are tried', async () => {
    expect(await allowed(repeat(100, () => ['dana', '192.0.2.1']))).toBe(10);
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
      await allowed(repeat(80, (index) => [spellings[index % spellings.length] ?? '', '192.0.2.1'])),
    ).toBe(10);
    expect(await allowed([['dano r', '192.0.2.1']])).toBe(1);
  });

  test('all addresses of one IPv6 household are one address', async () => {
    const household = (index: number): [string, string] => [
      'dana',
      `2001:db8:1:2:${index.toString(16)}::${index}`,
    ];
    expect(await allowed(repeat(40, household))).toBe(10);
    expect(await allowed([['dana', '2001:db8:1:3::1']])).toBe(1);
  });

  test('an IPv6 address has one group however it is written', async () => {
    const spellings = ['2001:db8::1', '2001:0db8:0:0:ffff::1', '2001:DB8:0000:0::2'];
    expect(await allowed(repeat(30, (index) => ['dana', spellings[index % 3] ?? '']))).toBe(10);
  });

  test('an attempt that nobody could check is taken back, for the login and for the address', async () => {
    for (let index = 0; index < 40; index += 1) {
      expect(await allowed([['dana', '192.0.2.1']])).toBe(1);
      await attempts.undecided('dana', '192.0.2.1');
    }
    expect(await allowed(repeat(40, () => ['dana', '192.0.2.1']))).toBe(10);
  });

  test('45 one address cannot spray a password over many logins', async () => {
    let tried = 0;
    for (let index = 0; index < 400; index += 1) {
      tried += await allowed([[`consumer-${index}`, '192.0.2.1']]);
      await attempts.failed(`consumer-${index}`, '192.0.2.1');
    }
    expect(tried).toBe(200);
  });

  test("sign-ins that succeed do not use up a carrier's shared address", async () => {
    expect(await allowed(repeat(400, (index) => [`consumer-${index}`, '192.0.2.1']))).toBe(400);
  });

  test('many addresses guess one login no faster than a hundred times', async () => {
    expect(await allowed(repeat(300, (index) => ['dana', `198.51.100.${index % 250}`]))).toBe(100);
  });

  test('a consumer who remembered the password starts afresh', async () => {
    await allowed(repeat(9, () => ['dana', '192.0.2.1']));
    await attempts.succeeded('dana', '192.0.2.1');
    expect(await allowed(repeat(20, () => ['dana', '192.0.2.1']))).toBe(10);
  });

  test('the store learns no login', async () => {
    await allowed([['dana@example.com', '192.0.2.1']]);
    expect([...counts.keys()].join()).not.toContain('dana');
  });
});
