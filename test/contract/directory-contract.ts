import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AccountDirectory, PasswordOutcome } from '../../src/directory/contract.ts';
import { ParleyError } from '../../src/errors.ts';
import { poll } from '../support/poll.ts';

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
  /** Brings it back after `cut`. */
  heal?(): Promise<void>;
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

export function describeDirectoryContract(
  name: string,
  open: () => Promise<DirectoryUnderTest>,
  { passwords = true }: { passwords?: boolean } = {},
): void {
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

      test('an id in other letters, or with something around it, is nobody', async () => {
        const { known, directory } = under;
        const upper = known.accountId.toUpperCase();
        const other = upper === known.accountId ? known.accountId.toLowerCase() : upper;
        for (const id of [other, `${known.accountId} `, ` ${known.accountId}`, `${known.accountId}\0`]) {
          await expect(directory.findAccount(id)).resolves.toBeUndefined();
        }
      });

      test('whoever asks afresh gets the same account', async () => {
        const { known, directory } = under;
        const account = await directory.findAccount(known.accountId);
        await expect(directory.findAccount(known.accountId, { fresh: true })).resolves.toEqual(account);
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

    if (passwords) describePasswords(() => under);
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

    test('44 the time tells nothing about whether the login exists', async () => {
      const { known, disabled } = under();
      const pairs = [
        ['unknown', 'wrong'],
        ['disabled', 'wrong'],
        ['emptyUnknown', 'empty'],
      ] as const;
      const farApart = async (): Promise<string[]> => {
        const times = await measure({
          wrong: () => attempt(known.login, 'not the password'),
          unknown: () => attempt('nobody-has-this-login', 'not the password'),
          disabled: () => attempt(disabled.login, 'not the password'),
          empty: () => attempt(known.login, ''),
          emptyUnknown: () => attempt('nobody-has-this-login', ''),
        });
        return pairs.flatMap(([one, other]) => {
          // Less than a millisecond is noise, here and over a network.
          const ratio = Math.max(1, Number(times.get(one))) / Math.max(1, Number(times.get(other)));
          return ratio > 0.5 && ratio < 2 ? [] : [`${one} takes ${ratio.toFixed(2)} times ${other}`];
        });
      };
      // A difference that is there shows each time; what a busy machine does to one measurement does not.
      let found = await farApart();
      for (let again = 0; again < 4 && found.length > 0; again += 1) found = await farApart();
      expect(found).toEqual([]);
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

/** Runs last: a directory that cannot be healed stays cut. */
function describeOutage(under: () => DirectoryUnderTest): void {
  test('when nothing answers behind it, it says so and tells no secret', async () => {
    const { directory, known, secrets } = under();
    if (!under().cut) return;
    await under().cut?.();
    await poll('the ping fails', 20_000, () =>
      directory.ping().then(
        () => false,
        () => true,
      ),
    );
    const calls = [
      directory.findAccount(known.accountId),
      directory.checkPassword?.(known),
      directory.ping(),
    ];
    const outcomes = await Promise.allSettled(calls.filter((call) => call !== undefined));
    const failures = outcomes.map((outcome) =>
      outcome.status === 'rejected' ? outcome.reason : 'no failure',
    );
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(ParleyError);
      expect(failure).toMatchObject({ code: 'directory_unavailable' });
      for (const secret of [...secrets, known.password]) expect(String(failure)).not.toContain(secret);
    }
  });

  test('when it is back, it serves again without a restart', async () => {
    const { directory, known, heal } = under();
    if (!heal) return;
    await heal();
    await poll('it serves again', 30_000, () =>
      directory.findAccount(known.accountId).then(Boolean, () => false),
    );
    const outcome = await directory.checkPassword?.(known);
    if (outcome) expect(outcome.kind).toBe('signed-in');
    // A ping may be answered from the last one, a second old.
    await poll('the ping answers', 20_000, () =>
      directory.ping().then(
        () => true,
        () => false,
      ),
    );
  });
}
