import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { currentKey, keyStates, margin, nextKey } from '../../src/keys/key-states.ts';
import {
  acknowledge,
  askForSwitch,
  dropLeaked,
  dueAlgorithms,
  forceSwitch,
  missingAcknowledgements,
  type RotationPolicy,
  seenFrom,
  settle,
} from '../../src/keys/rotation.ts';
import { inWords, planRotation } from '../../src/keys/rotation-plan.ts';
import type { SigningAlgorithm, SigningEntry } from '../../src/keys/signing-entry.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const start = Date.UTC(2026, 10, 2);

const byCommand: RotationPolicy = {
  announce: 14 * day,
  makesKeys: true,
  jwksCache: hour,
  tokenLife: 12 * hour,
  pastedBy: { RS256: [], ES256: [] },
};
const scheduled: RotationPolicy = { ...byCommand, every: 90 * day };
const pasted: RotationPolicy = { ...byCommand, pastedBy: { RS256: ['liveperson', 'bot'], ES256: [] } };

function entry(
  kid: string,
  facts: Partial<SigningEntry> = {},
  alg: SigningAlgorithm = 'RS256',
): SigningEntry {
  const jwk = { kid, alg, use: 'sig', kty: alg === 'RS256' ? 'RSA' : 'EC' } as SigningEntry['jwk'];
  return { createdAt: start, acknowledged: {}, jwk, ...facts };
}

const first = entry('first', { signsFrom: start });
const statesAt = (entries: readonly SigningEntry[], policy: RotationPolicy, now: number) =>
  Object.fromEntries(keyStates(entries, policy, now).map((key) => [key.entry.jwk.kid, key.state]));

describe('a key', () => {
  const switched = start + 10 * day;
  const entries = [first, entry('second', { createdAt: start + 9 * day, signsFrom: switched })];

  test.each<[string, number, object]>([
    ['before the switch', switched - 1, { first: 'current', second: 'next' }],
    ['at the switch', switched, { first: 'previous', second: 'current' }],
    [
      'while its last token is valid somewhere',
      switched + byCommand.tokenLife + margin - 1,
      { first: 'previous', second: 'current' },
    ],
    [
      'after its last token',
      switched + byCommand.tokenLife + margin,
      { first: 'retired', second: 'current' },
    ],
  ])('has its state by the clock alone: %s', (_when, now, states) => {
    expect(statesAt(entries, byCommand, now)).toEqual(states);
  });

  test('signs also where the clock lags behind that of its maker', () => {
    expect(statesAt([first], byCommand, start - 5 * minute)).toEqual({ first: 'current' });
  });

  test('of one algorithm does not touch the other', () => {
    const keys = [...entries, entry('elliptic', { signsFrom: start }, 'ES256')];
    expect(statesAt(keys, byCommand, switched)).toMatchObject({ elliptic: 'current', second: 'current' });
  });

  test('that is retired is dropped, and nothing else is', () => {
    const end = switched + byCommand.tokenLife + margin;
    expect(settle(entries, byCommand, end - 1)).toBe(entries);
    expect(settle(entries, byCommand, end).map(({ jwk }) => jwk.kid)).toEqual(['second']);
  });
});

describe('a next key', () => {
  const made = start + 30 * day;
  const keys = [first, entry('second', { createdAt: made })];
  const seen = made + hour + margin;

  test('signs by command only, where there is no schedule', () => {
    expect(settle(keys, byCommand, made + 1000 * day)).toBe(keys);
    expect(dueAlgorithms([first], byCommand, made + 1000 * day)).toEqual([]);
  });

  test('that is asked for at once waits until every cached key set has it', () => {
    const asked = settle(askForSwitch(keys, ['second'], made), byCommand, made);
    expect(asked[1]?.signsFrom).toBe(seen);
    expect(statesAt(asked, byCommand, seen - 1)).toEqual({ first: 'current', second: 'next' });
  });

  test('that was shown for long signs at once', () => {
    const now = made + 7 * day;
    expect(settle(askForSwitch(keys, ['second'], now), byCommand, now)[1]?.signsFrom).toBe(now);
  });

  test('is made by the schedule so long before it is due, and signs when it is due', () => {
    const due = start + 90 * day;
    expect(dueAlgorithms([first], scheduled, due - 14 * day - 1)).toEqual([]);
    expect(dueAlgorithms([first], scheduled, due - 14 * day)).toEqual(['RS256']);
    const shown = [first, entry('second', { createdAt: due - 14 * day })];
    expect(dueAlgorithms(shown, scheduled, due)).toEqual([]);
    expect(settle(shown, scheduled, due - 14 * day)[1]?.signsFrom).toBe(due);
  });

  test('waits for every platform with a pasted key, however long, and then signs at once', () => {
    const asked = settle(askForSwitch(keys, ['second'], made), pasted, made);
    const late = made + 200 * day;
    expect(statesAt(settle(asked, pasted, late), pasted, late)).toEqual({ first: 'current', second: 'next' });
    const half = acknowledge(asked, { kid: 'second', client: 'bot', policy: pasted, now: late });
    expect(missingAcknowledgements(half[1]!, pasted)).toEqual(['liveperson']);
    expect(statesAt(half, pasted, late)).toEqual({ first: 'current', second: 'next' });
    const whole = acknowledge(half, { kid: 'second', client: 'liveperson', policy: pasted, now: late + day });
    expect(statesAt(whole, pasted, late + day)).toEqual({ first: 'previous', second: 'current' });
  });

  test('that everybody pasted early does not wait for the schedule', () => {
    const policy = { ...pasted, every: 90 * day };
    const now = start + 80 * day;
    const shown = [first, entry('second', { createdAt: start + 76 * day, acknowledged: { bot: now } })];
    const whole = acknowledge(shown, { kid: 'second', client: 'liveperson', policy, now });
    expect(whole[1]?.signsFrom).toBe(now);
  });

  test('is put off again when a platform with a pasted key is added meanwhile', () => {
    const shown = settle(
      [first, entry('second', { createdAt: start + 76 * day })],
      scheduled,
      start + 76 * day,
    );
    expect(shown[1]?.signsFrom).toBe(start + 90 * day);
    expect(settle(shown, { ...pasted, every: 90 * day }, start + 77 * day)[1]?.signsFrom).toBeUndefined();
  });

  test('that is forced is not put off by a clock that lags', () => {
    const forced = forceSwitch(keys, ['second'], made);
    expect(settle(forced, pasted, made - 5 * minute)).toBe(forced);
    expect(statesAt(forced, pasted, made)).toEqual({ first: 'previous', second: 'current' });
  });
});

describe('a leaked key', () => {
  const now = start + 30 * day;
  const keys = [entry('old', { signsFrom: start - day }), first, entry('second', { createdAt: now - 1 })];
  const policy = { ...pasted, tokenLife: 100 * day };
  const drop = (kid: string) => dropLeaked(keys, { kid, policy, now });

  test('that was current is gone, and the next one signs, whatever it waited for', () => {
    expect(statesAt(drop('first'), policy, now)).toEqual({ old: 'previous', second: 'current' });
  });

  test('never signs again, not even where the clock lags', () => {
    expect(statesAt(drop('first'), policy, now - 5 * minute)).not.toHaveProperty('first');
  });

  test('that was previous or next goes alone', () => {
    expect(statesAt(drop('old'), policy, now)).toEqual({ first: 'current', second: 'next' });
    expect(statesAt(drop('second'), policy, now)).toEqual({ old: 'previous', first: 'current' });
  });
});

describe('the plan', () => {
  test('says what comes, when and why', () => {
    const made = start + 76 * day;
    const entries = settle([first, entry('second', { createdAt: made })], scheduled, made);
    expect(planRotation(entries, scheduled, made)).toMatchObject([
      { at: start + 90 * day, kid: 'second', step: 'becomes current', why: expect.stringContaining('90 d') },
      {
        at: start + 90 * day + 12 * hour + margin,
        kid: 'first',
        step: 'is retired',
        why: expect.stringContaining('12 h'),
      },
    ]);
  });

  test('names the key that the schedule will make', () => {
    expect(planRotation([first], scheduled, start)).toMatchObject([
      { at: start + 76 * day, algorithm: 'RS256', step: 'make a next key' },
    ]);
  });

  test('names every platform that is waited for, and the command', () => {
    const [step] = planRotation([first, entry('second')], pasted, start);
    expect(step).toMatchObject({ kid: 'second', step: 'is waited for' });
    expect(step).not.toHaveProperty('at');
    expect(step?.why).toContain('parley keys ack liveperson');
    expect(step?.why).toContain('parley keys ack bot');
  });

  test.each([
    [0, '0 s'],
    [90_000, '1 min 30 s'],
    [hour + margin, '1 h 15 min'],
    [90 * day, '90 d'],
  ])('says %i milliseconds as %s', (milliseconds, words) => expect(inWords(milliseconds)).toBe(words));
});

/**
 * Many processes with one set of keys: each reads it up to five minutes late, by a clock up to five minutes wrong.
 * Whatever is asked for without force, a relying party that keeps the key set for an hour knows the key of every
 * token, and finds it for as long as the token lives.
 */
describe('no token is refused', () => {
  interface Version {
    at: number;
    entries: readonly SigningEntry[];
  }
  type Act = { wait: number } | { ask: 'generate' | 'rotate' | 'ack'; skew: number };

  const skew = fc.integer({ min: -5 * minute, max: 5 * minute });
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.record({ wait: fc.integer({ min: minute, max: 20 * day }) }),
    fc.record({ ask: fc.constantFrom('generate' as const, 'rotate' as const, 'ack' as const), skew }),
  );

  function historyOf(acts: readonly Act[], policy: RotationPolicy): Version[] {
    let now = start;
    let made = 0;
    const history: Version[] = [{ at: now, entries: [first] }];
    const write = (entries: readonly SigningEntry[]) => history.push({ at: now, entries });
    for (const step of acts) {
      const { entries } = history.at(-1)!;
      if ('wait' in step) {
        now += step.wait;
        const due = dueAlgorithms(entries, policy, now);
        const added = due.map((alg) => entry(`k${made++}`, { createdAt: now }, alg));
        write(settle([...entries, ...added], policy, now));
        continue;
      }
      const clock = now + step.skew;
      const next = nextKey(keyStates(entries, policy, clock), 'RS256');
      if (step.ask === 'generate' && !next) write([...entries, entry(`k${made++}`, { createdAt: clock })]);
      if (step.ask === 'rotate' && next)
        write(settle(askForSwitch(entries, [next.jwk.kid], clock), policy, clock));
      if (step.ask === 'ack' && next && clock >= seenFrom(next, policy))
        write(acknowledge(entries, { kid: next.jwk.kid, client: 'liveperson', policy, now: clock }));
    }
    return history;
  }

  /** What a process knows at a time: what was written when it last looked. */
  const knownAt = (history: readonly Version[], time: number) =>
    (history.findLast(({ at }) => at <= time) ?? history[0]!).entries;

  const publishedAt = (history: readonly Version[], time: number, policy: RotationPolicy, process: Process) =>
    keyStates(knownAt(history, time - process.late), policy, time + process.skew)
      .filter(({ state }) => state !== 'retired')
      .map(({ entry: key }) => key.jwk.kid);

  interface Process {
    late: number;
    skew: number;
  }
  const process = fc.record({ late: fc.integer({ min: 0, max: 5 * minute }), skew });

  test.each<[string, RotationPolicy]>([
    ['by command', byCommand],
    ['by schedule', { ...scheduled, every: 30 * day, announce: 5 * day }],
    ['with a pasted key', { ...byCommand, pastedBy: { RS256: ['liveperson'], ES256: [] } }],
  ])('%s', (_title, policy) => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 30 }),
        process,
        process,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (acts, signer, publisher, moments) => {
          const history = historyOf(acts, policy);
          const end = history.at(-1)!.at + day;
          const switches = history.flatMap(({ entries }) =>
            entries.map(({ signsFrom }) => signsFrom ?? start),
          );
          const times = [
            ...moments.map((moment) => start + moment * (end - start)),
            ...[...switches, ...history.map(({ at }) => at)].flatMap((time) => [
              time - 6 * minute,
              time,
              time + 6 * minute,
            ]),
          ].filter((time) => time > start + hour);
          for (const time of times) {
            const known = keyStates(knownAt(history, time - signer.late), policy, time + signer.skew);
            const kid = currentKey(known, 'RS256')?.jwk.kid;
            expect(kid).toBeDefined();
            expect(publishedAt(history, time - hour, policy, publisher)).toContain(kid);
            expect(publishedAt(history, time, policy, publisher)).toContain(kid);
            expect(publishedAt(history, time + policy.tokenLife, policy, publisher)).toContain(kid);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
