import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { setImmediate, setTimeout as pause } from 'node:timers/promises';
import type { Account, AccountDirectory } from '../../../src/directory/contract.ts';
import { DirectoryUnreachable } from '../../../src/directory/directory-unreachable.ts';
import { defaultPolicy, type ResiliencePolicy } from '../../../src/directory/resilience/resilience-policy.ts';
import { withResilience } from '../../../src/directory/resilience/with-resilience.ts';
import { ParleyError } from '../../../src/errors.ts';
import { quickest } from '../../support/quickest.ts';
import { standStill } from '../../support/stand-still.ts';

const dana: Account = { accountId: 'dana', record: { plan: 'Basic' } };
const down = () =>
  Promise.reject(new DirectoryUnreachable('GET accounts.internal: no answer (ECONNREFUSED)'));
const hanging = () => new Promise<never>(() => {});

/** A directory whose answers a test decides, and how often it was asked. */
function scripted(answer: () => Promise<Account | undefined>) {
  const state = { answer, asked: 0, pings: 0 };
  const directory: AccountDirectory = {
    findAccount: () => {
      state.asked += 1;
      return state.answer();
    },
    async checkPassword() {
      state.asked += 1;
      const account = await state.answer();
      return account ? { kind: 'signed-in', account } : { kind: 'refused' };
    },
    async ping() {
      state.pings += 1;
      await state.answer();
    },
    async close() {},
  };
  return { directory, state };
}

const quick: Partial<ResiliencePolicy> = {
  // What is late is the machine.
  timeout: 20_000,
  retryPause: 5,
  pauseWhileOpen: { first: 300, longest: 900 },
};
const soon = { timeout: 200 };

/** Milliseconds of the library's clock, by which a breaker opens: what a machine does meanwhile is no time. */
let time = 0;
beforeEach(() => {
  time = 1_800_000_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => time);
});
afterEach(() => void jest.restoreAllMocks());

function protect(
  answer: () => Promise<Account | undefined>,
  { cache = 0, ...policy }: Partial<ResiliencePolicy> & { cache?: number } = {},
) {
  const { directory, state } = scripted(answer);
  const log = { error: jest.fn(), info: jest.fn() };
  const safe = withResilience(directory, {
    name: 'account directory',
    policy: { ...defaultPolicy, ...quick, ...policy },
    cache,
    log,
    now: () => time,
  });
  return { safe, state, log, wait: (milliseconds: number) => (time += milliseconds) };
}

async function codeOf(call: Promise<unknown> | undefined): Promise<string> {
  const error = await call?.catch((reason: unknown) => reason);
  return error instanceof ParleyError ? error.code : `no error: ${String(error)}`;
}

async function times(count: number, call: () => Promise<unknown>): Promise<string[]> {
  const codes: string[] = [];
  for (let n = 0; n < count; n++) codes.push(await codeOf(call()));
  return codes;
}

describe('52 a directory that fails', () => {
  test('once is asked again, and the caller never notices', async () => {
    const { safe, state } = protect(down);
    state.answer = () => {
      state.answer = async () => dana;
      return down();
    };
    await expect(safe.findAccount('dana')).resolves.toEqual(dana);
    expect(state.asked).toBe(2);
  });

  test('is not asked again for a password, which would count twice at the brand', async () => {
    const { safe, state } = protect(down);
    expect(await codeOf(safe.checkPassword?.({ login: 'dana', password: 'x' }))).toBe(
      'directory_unavailable',
    );
    expect(state.asked).toBe(1);
  });

  test('is not asked again for an answer that cannot be used, and such answers close it to nobody', async () => {
    const { safe, state, log } = protect(() =>
      Promise.reject(new ParleyError('directory_unavailable', 'two accounts')),
    );
    await times(30, () => safe.findAccount('twice'));
    expect(state.asked).toBe(30);
    state.answer = async () => dana;
    await expect(safe.findAccount('dana')).resolves.toEqual(dana);
    expect(log.error).not.toHaveBeenCalled();
  });

  test('often is left alone, tried now and then, and used again when it is back; the log has one line for each change', async () => {
    const { safe, state, log, wait } = protect(down, { retries: 0 });
    expect(new Set(await times(20, () => safe.findAccount('dana')))).toEqual(
      new Set(['directory_unavailable']),
    );
    expect(state.asked).toBe(5);
    // A try in vain opens it again, and is no news.
    wait(300);
    await times(10, () => safe.findAccount('dana'));
    expect(state.asked).toBe(6);
    expect(log.error).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(log.error.mock.calls)).toContain('ECONNREFUSED');
    state.answer = async () => dana;
    expect(await codeOf(safe.findAccount('dana'))).toBe('directory_unavailable');
    wait(600);
    await expect(safe.findAccount('dana')).resolves.toEqual(dana);
    expect(log.info).toHaveBeenCalledTimes(1);
  });

  test('and comes back is let in by one call, for which the others wait', async () => {
    const { safe, state, wait } = protect(down, { retries: 0 });
    await times(5, () => safe.findAccount('dana'));
    wait(300);
    state.asked = 0;
    state.answer = async () => {
      if (state.asked === 1) await pause(30);
      return dana;
    };
    const found = await Promise.all(Array.from({ length: 20 }, (_, n) => safe.findAccount(`id-${n}`)));
    expect(found.filter(Boolean)).toHaveLength(20);
  });
});

describe('52 a directory that hangs', () => {
  test('is not asked again when its driver gives up a little before Parley does', async () => {
    const { safe, state } = protect(() => pause(1010).then(down), { timeout: 1000 });
    expect(await codeOf(safe.findAccount('dana'))).toBe('directory_unavailable');
    expect(state.asked).toBe(1);
  });

  test('holds nobody longer than its time-out, and then nobody at all', async () => {
    let { safe, state, log } = protect(hanging, soon);
    const took = await quickest(1000, async () => {
      ({ safe, state, log } = protect(hanging, soon));
      const codes = await Promise.all(
        Array.from({ length: 10 }, (_, n) => codeOf(safe.findAccount(`id-${n}`))),
      );
      expect(new Set(codes)).toEqual(new Set(['directory_unavailable']));
    });
    expect(took).toBeLessThan(1000);
    state.asked = 0;
    expect(await codeOf(safe.findAccount('dana'))).toBe('directory_unavailable');
    expect(state.asked).toBe(0);
    expect(log.error).toHaveBeenCalledTimes(1);
  });

  test('gets no more calls at the same time than it has places, and gives the places back', async () => {
    const { safe, state } = protect(hanging, {
      ...soon,
      parallel: 3,
      waiting: 2,
      breaker: { calls: 100, atLeast: 100 },
    });
    const codes = await Promise.all(Array.from({ length: 8 }, (_, n) => codeOf(safe.findAccount(`id-${n}`))));
    expect(codes.filter((code) => code === 'directory_unavailable')).toHaveLength(8);
    expect(state.asked).toBeLessThanOrEqual(5);
    state.answer = async () => dana;
    await expect(safe.findAccount('dana')).resolves.toEqual(dana);
  });

  test('has its places back as soon as nobody waits for it, from whoever stood in line too', async () => {
    const { safe, state } = protect(hanging, {
      timeout: 1000,
      parallel: 1,
      waiting: 1,
      breaker: { calls: 100, atLeast: 100 },
    });
    const hung = ['first', 'second'].map((id) => codeOf(safe.findAccount(id)));
    expect(await Promise.all(hung)).toEqual(['directory_unavailable', 'directory_unavailable']);
    state.answer = async () => dana;
    const answered = safe.findAccount('dana').then(() => 'answered');
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    expect(await Promise.race([answered, setImmediate('in line')])).toBe('answered');
    await answered;
  });
});

test('52 a directory that answers while this process stands still is heard, and not taken for one that hangs', async () => {
  const timeout = 1000;
  const { safe, state, log } = protect(
    async () => {
      await readFile(import.meta.filename);
      return dana;
    },
    { timeout, retries: 0 },
  );
  const found = Array.from({ length: 10 }, (_, n) => safe.findAccount(`id-${n}`));
  await setImmediate();
  standStill(timeout * 1.5);
  expect(await Promise.all(found)).toEqual(found.map(() => dana));
  expect(state.asked).toBe(10);
  expect(log.error).not.toHaveBeenCalled();
});

test('a flood that finds no place is refused at once and does not open the breaker', async () => {
  const { safe, state, log } = protect(() => pause(20, dana), { parallel: 2, waiting: 2 });
  const codes = await Promise.all(Array.from({ length: 100 }, (_, n) => codeOf(safe.findAccount(`id-${n}`))));
  expect(codes.filter((code) => code === 'directory_unavailable')).toHaveLength(96);
  expect(state.asked).toBe(4);
  await expect(safe.findAccount('dana')).resolves.toEqual(dana);
  expect(log.error).not.toHaveBeenCalled();
});

describe('the cache', () => {
  test('answers for its time, counted from when the directory was asked, and not a moment longer', async () => {
    const { safe, state, wait } = protect(async () => dana, { cache: 5000 });
    await safe.findAccount('dana');
    wait(5000);
    await safe.findAccount('dana');
    expect(state.asked).toBe(1);
    wait(1);
    await safe.findAccount('dana');
    expect(state.asked).toBe(2);
  });

  test('40 is passed by where a disabled account must be out at once, and forgets it then', async () => {
    const { safe, state } = protect(async () => dana, { cache: 5000 });
    await safe.findAccount('dana');
    state.answer = async () => undefined;
    await expect(safe.findAccount('dana')).resolves.toEqual(dana);
    await expect(safe.findAccount('dana', { fresh: true })).resolves.toBeUndefined();
    await expect(safe.findAccount('dana')).resolves.toBeUndefined();
  });

  test('remembers neither failures nor accounts that are not there', async () => {
    const { safe, state } = protect(async () => undefined, { cache: 5000 });
    await expect(safe.findAccount('dana')).resolves.toBeUndefined();
    state.answer = async () => dana;
    await expect(safe.findAccount('dana')).resolves.toEqual(dana);
  });

  test('has the account of a sign-in, so that the token asks for nothing', async () => {
    const { safe, state } = protect(async () => dana, { cache: 5000 });
    await safe.checkPassword?.({ login: 'dana', password: 'x' });
    await safe.findAccount('dana');
    expect(state.asked).toBe(1);
  });

  test('cannot be changed by one caller under the next', async () => {
    const { safe } = protect(async () => ({ accountId: 'dana', record: { plan: 'Basic' } }), { cache: 5000 });
    const account = await safe.findAccount('dana');
    expect(() => Object.assign(account?.record ?? {}, { plan: 'Gold' })).toThrow(TypeError);
  });
});

describe('callers at the same time', () => {
  test('share one question', async () => {
    const { safe, state } = protect(() => pause(20, dana));
    await Promise.all(Array.from({ length: 10 }, () => safe.findAccount('dana')));
    expect(state.asked).toBe(1);
  });

  test('who need the answer of now share the question that begins after they came', async () => {
    let isDisabled = false;
    const { safe, state } = protect(() => {
      const answer = isDisabled ? undefined : dana;
      return pause(20, answer);
    });
    const before = safe.findAccount('dana', { fresh: true });
    isDisabled = true;
    const after = Array.from({ length: 50 }, () => safe.findAccount('dana', { fresh: true }));
    await expect(before).resolves.toEqual(dana);
    expect(new Set(await Promise.all(after))).toEqual(new Set([undefined]));
    expect(state.asked).toBe(2);
    await safe.findAccount('dana', { fresh: true });
    expect(state.asked).toBe(3);
  });

  test('40 an answer that comes late does not bring a disabled account back', async () => {
    const { safe, state, wait } = protect(() => pause(60, dana), { cache: 5000 });
    const late = safe.findAccount('dana');
    wait(1);
    state.answer = async () => undefined;
    await expect(safe.findAccount('dana', { fresh: true })).resolves.toBeUndefined();
    await expect(late).resolves.toEqual(dana);
    await expect(safe.findAccount('dana')).resolves.toBeUndefined();
  });

  test('ping once a second, however often they ask', async () => {
    const { safe, state, wait } = protect(async () => dana);
    await Promise.all(Array.from({ length: 10 }, () => safe.ping()));
    await safe.ping();
    expect(state.pings).toBe(1);
    wait(1000);
    state.answer = down;
    expect(await codeOf(safe.ping())).toBe('directory_unavailable');
    expect(await codeOf(safe.ping())).toBe('directory_unavailable');
    expect(state.pings).toBe(2);
  });

  test('wait for a ping no longer than the time-out', async () => {
    const took = await quickest(1000, async () => {
      const { safe } = protect(hanging, soon);
      expect(await codeOf(safe.ping())).toBe('directory_unavailable');
    });
    expect(took).toBeLessThan(1000);
  });
});
