import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AccountDirectory, PasswordOutcome } from '../../src/directory/contract.ts';
import { ParleyError } from '../../src/errors.ts';

/** What every account directory keeps, whatever stands behind it. */
export interface DirectoryUnderTest {
  directory: AccountDirectory;
  /** An account that can sign in. */
  known: { accountId: string; login: string; password: string };
  /** Text that must not appear in a record, e.g. the start of a stored hash. */
  secrets: readonly string[];
  /** An account that exists and is disabled; its password is right. */
  disabled: { accountId: string; login: string; password: string };
  /** Makes what stands behind the directory unreachable; absent where nothing can be. */
  cut?(): Promise<void>;
  dispose(): Promise<void>;
}

const hostile = [
  '',
  ' ',
  "' OR '1'='1",
  '"; DROP TABLE accounts; --',
  '*)(uid=*',
  '*',
  'dana\0',
  '\0',
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '%00%0a',
  'line\r\nbreak',
  '\uD800',
  'x'.repeat(10_240),
  'é'.repeat(5000),
];

export function describeDirectoryContract(name: string, open: () => Promise<DirectoryUnderTest>): void {
  describe(`account directory contract: ${name}`, () => {
    let under: DirectoryUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(async () => {
      await under.dispose();
    });

    describe('finding', () => {
      test('an account is found by its id', async () => {
        const account = await under.directory.findAccount(under.known.accountId);
        expect(account?.accountId).toBe(under.known.accountId);
        expect(JSON.parse(JSON.stringify(account?.record))).toEqual(account?.record);
      });

      test('an unknown id is undefined, not an empty account', async () => {
        await expect(under.directory.findAccount('nobody-has-this-id')).resolves.toBeUndefined();
      });

      test('a disabled account is undefined', async () => {
        await expect(under.directory.findAccount(under.disabled.accountId)).resolves.toBeUndefined();
      });

      test('an account is not found by its login', async () => {
        await expect(under.directory.findAccount(under.known.login)).resolves.toBeUndefined();
      });

      test.each(hostile)('the hostile id %j is undefined', async (id) => {
        await expect(under.directory.findAccount(id)).resolves.toBeUndefined();
      });

      test('a record carries no secret', async () => {
        const account = await under.directory.findAccount(under.known.accountId);
        const text = JSON.stringify(account);
        for (const secret of under.secrets) expect(text).not.toContain(secret);
        expect(text).not.toMatch(/password/i);
      });

      test('it answers a ping', async () => {
        await expect(under.directory.ping()).resolves.toBeUndefined();
      });
    });

    describePasswords(() => under);
    describeOutage(() => under);
  });
}

function describePasswords(under: () => DirectoryUnderTest): void {
  const attempt = async (login: string, password: string): Promise<PasswordOutcome | undefined> =>
    under().directory.checkPassword?.({ login, password });

  describe('passwords', () => {
    test('the right password signs in the account that the id finds', async () => {
      const { known, directory } = under();
      const found = await directory.findAccount(known.accountId);
      expect(await attempt(known.login, known.password)).toEqual({ kind: 'signed-in', account: found });
    });

    test('a wrong password and an unknown login are the same answer', async () => {
      const { known } = under();
      const wrong = await attempt(known.login, `${known.password}x`);
      const unknown = await attempt('nobody-has-this-login', known.password);
      expect(wrong).toEqual({ kind: 'refused' });
      expect(unknown).toEqual(wrong);
    });

    test('a disabled account is refused with its right password, by the same answer', async () => {
      const { disabled } = under();
      expect(await attempt(disabled.login, disabled.password)).toEqual({ kind: 'refused' });
    });

    test('an empty password is refused', async () => {
      expect(await attempt(under().known.login, '')).toEqual({ kind: 'refused' });
    });

    test('the password with something appended, in other case or cut is refused', async () => {
      const { known } = under();
      for (const near of [
        `${known.password}\0`,
        `${known.password} `,
        known.password.toUpperCase(),
        known.password.slice(0, -1),
      ]) {
        if (near !== known.password) expect(await attempt(known.login, near)).toEqual({ kind: 'refused' });
      }
    });

    test.each(hostile)('the hostile login %j is refused', async (login) => {
      expect(await attempt(login, under().known.password)).toEqual({ kind: 'refused' });
    });

    test.each(hostile)('the hostile password %j is refused', async (password) => {
      expect(await attempt(under().known.login, password)).toEqual({ kind: 'refused' });
    });

    test('100 attempts at once are all answered', async () => {
      const { known } = under();
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, n) => attempt(known.login, n === 50 ? known.password : `wrong ${n}`)),
      );
      expect(outcomes.filter((outcome) => outcome?.kind === 'signed-in')).toHaveLength(1);
    });

    test('44: the time tells nothing about whether the login exists', async () => {
      const { known, disabled } = under();
      const times = await measure({
        wrong: () => attempt(known.login, 'not the password'),
        unknown: () => attempt('nobody-has-this-login', 'not the password'),
        disabled: () => attempt(disabled.login, 'not the password'),
        empty: () => attempt(known.login, ''),
      });
      for (const kind of ['unknown', 'disabled', 'empty']) {
        const ratio = Number(times.get(kind)) / Number(times.get('wrong'));
        expect(ratio).toBeGreaterThan(0.5);
        expect(ratio).toBeLessThan(2);
      }
    });
  });
}

/** Median milliseconds of each; taken in turns, so that a busy machine slows all of them alike. */
async function measure(tries: Record<string, () => Promise<unknown>>): Promise<Map<string, number>> {
  const taken = new Map<string, number[]>(Object.keys(tries).map((kind) => [kind, []]));
  for (let round = 0; round < 21; round++) {
    for (const [kind, run] of Object.entries(tries)) {
      const started = performance.now();
      await run();
      taken.get(kind)?.push(performance.now() - started);
    }
  }
  return new Map(
    [...taken].map(([kind, times]) => [kind, times.toSorted((a, b) => a - b)[10] ?? Number.NaN]),
  );
}

/** Runs last: the directory stays cut. */
function describeOutage(under: () => DirectoryUnderTest): void {
  test('when nothing answers behind it, it says so and tells no secret', async () => {
    const { directory, known, secrets } = under();
    if (!under().cut) return;
    await under().cut?.();
    const failures = await Promise.all(
      [
        directory.findAccount(known.accountId),
        directory.checkPassword?.(known) ?? Promise.reject(new ParleyError('directory_unavailable')),
        directory.ping(),
      ].map((call) =>
        call.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    );
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(ParleyError);
      expect(failure).toMatchObject({ code: 'directory_unavailable' });
      for (const secret of [...secrets, known.password]) expect(String(failure)).not.toContain(secret);
    }
  });
}
