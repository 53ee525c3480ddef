import { AsyncLocalStorage } from 'node:async_hooks';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { createAdaptiveLimit } from '../../../src/http/admission/adaptive-limit.ts';
import { type Admission, createAdmission, type Standing } from '../../../src/http/admission/admission.ts';
import { createWaitingLine, type WaitingLine } from '../../../src/http/admission/waiting-line.ts';
import { poll } from '../../support/poll.ts';

let time = 0;
const now = () => time;
beforeEach(() => {
  time = 1_700_000_000_000;
});

describe('a process with a limit of work at once', () => {
  let lines: object[];
  let admission: Admission;
  let begun: string[];
  let finish: (() => void)[];
  beforeEach(() => {
    lines = [];
    begun = [];
    finish = [];
    admission = createAdmission({ log: { warn: (line: object) => void lines.push(line) }, now });
  });

  /** @param asksStore takes as long as finding out who it is */
  function come(
    standing: Standing,
    name: string = standing,
    asksStore: () => Promise<void> = async () => {},
  ): Promise<void> {
    return admission.run(
      () => asksStore().then(() => standing),
      () => {
        begun.push(name);
        const { promise, resolve } = Promise.withResolvers<void>();
        finish.push(resolve);
        return promise;
      },
    );
  }
  /** A place is free with the next turn, and who gets it begins in that one. */
  async function nextTurn(): Promise<void> {
    for (let turn = 0; turn < 2; turn += 1) await new Promise(setImmediate);
  }
  async function finishEverything(): Promise<void> {
    while (finish.length > 0) {
      for (const end of finish.splice(0)) end();
      await nextTurn();
    }
  }
  /** Resolves when each has got a place or stands in line. */
  async function comeTogether(
    count: number,
    standing: Standing,
    name?: string,
  ): Promise<{ end: Promise<void[]> }> {
    const coming = Array.from({ length: count }, () => come(standing, name));
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    return { end: Promise.all(coming) };
  }
  const countBegun = (name: string) => begun.filter((one) => one === name).length;

  test('lets strangers wait for strangers, and nobody else for them', async () => {
    const strangers = await comeTogether(100, 'stranger');
    expect(countBegun('stranger')).toBeLessThan(20);
    const consumers = await comeTogether(20, 'known');
    const platforms = await comeTogether(10, 'platform');
    expect([countBegun('known'), countBegun('platform')]).toEqual([20, 10]);
    await finishEverything();
    await Promise.all([strangers.end, consumers.end, platforms.end]);
    expect(countBegun('stranger')).toBe(100);
  });

  test('lets what finishes something begun go before what begins something, and both before strangers', async () => {
    const running = await comeTogether(250, 'known');
    expect(begun.length).toBeLessThan(250);
    const late = [come('stranger', 'a stranger'), come('known', 'a consumer'), come('platform', 'a code')];
    await finishEverything();
    await Promise.all([running.end, ...late]);
    expect(begun.indexOf('a code')).toBeLessThan(begun.indexOf('a consumer'));
    expect(begun.indexOf('a consumer')).toBeLessThan(begun.indexOf('a stranger'));
  });

  test('keeps a place for consumers in every few, however many go where platforms go', async () => {
    const running = await comeTogether(50, 'known');
    const crowd = await comeTogether(100, 'platform', 'the crowd');
    const consumers = await comeTogether(10, 'known', 'a consumer');
    const before = begun.length;
    for (let ended = 0; ended < 40; ended += 1) finish.shift()?.();
    await nextTurn();
    const next = begun.slice(before, before + 40);
    expect(next).toHaveLength(40);
    expect(next.filter((name) => name === 'a consumer')).toHaveLength(10);
    await finishEverything();
    await Promise.all([running.end, crowd.end, consumers.end]);
  });

  test('finds room for who waits, although nobody ends and nobody else comes', async () => {
    const held = await comeTogether(50, 'known');
    // Lately there was no need for more.
    await nextTurn();
    const late = await comeTogether(1, 'known', 'late');
    expect(countBegun('late')).toBe(0);
    await poll('it waits for ever', 30_000, async () => countBegun('late') === 1);
    await finishEverything();
    await Promise.all([held.end, late.end]);
  });

  test('finds room for who waits, also where the store had to be asked who they are', async () => {
    const held = await comeTogether(50, 'known');
    await nextTurn();
    const late = come('known', 'late', async () => {
      for (let asked = 0; asked < 3; asked += 1) await nextTurn();
    });
    await poll('it waits for ever', 30_000, async () => countBegun('late') === 1);
    await finishEverything();
    await Promise.all([held.end, late]);
  });

  test('finds room for strangers who all wait for something slow, as soon as it shows', async () => {
    const strangers = await comeTogether(100, 'stranger');
    await poll('they wait for ever', 30_000, async () => countBegun('stranger') === 100);
    await finishEverything();
    await strangers.end;
  });

  test('keeps a part for others that strangers cannot take, however little it can do since they came', async () => {
    const strangers = await comeTogether(500, 'stranger');
    await poll('few begin', 30_000, async () => countBegun('stranger') > 30);
    for (let turn = 0; turn < 60; turn += 1) {
      const began = performance.now();
      while (performance.now() - began < 10);
      await new Promise(setImmediate);
    }
    const consumers = await comeTogether(10, 'known');
    const platforms = await comeTogether(10, 'platform');
    expect(countBegun('known')).toBeGreaterThan(0);
    expect(countBegun('known')).toBeLessThan(10);
    expect(countBegun('platform')).toBe(0);
    await finishEverything();
    await Promise.all([strangers.end, consumers.end, platforms.end]);
  });

  test('runs what has waited as the request that it is, not as the one that made room for it', async () => {
    const request = new AsyncLocalStorage<number>();
    const seen: [came: number, ran: number | undefined][] = [];
    const coming = Array.from({ length: 300 }, (_, number) =>
      request.run(number, () =>
        admission.run(
          async () => 'known',
          async () => {
            seen.push([number, request.getStore()]);
            await new Promise(setImmediate);
          },
        ),
      ),
    );
    await Promise.all(coming);
    expect(seen).toHaveLength(300);
    for (const [came, ran] of seen) expect(ran).toBe(came);
  });

  test('takes a burst, and turns away who comes once the line has stood still for too long', async () => {
    const outcomes = Promise.allSettled(Array.from({ length: 400 }, () => come('known')));
    await nextTurn();
    time += 30;
    const next = Promise.allSettled([come('known')]);
    await nextTurn();
    const running = begun.length;
    time += 1100;
    await expect(come('known')).rejects.toMatchObject({ code: 'overloaded', status: 503, retryAfter: 2 });
    await expect(come('known')).rejects.toMatchObject({ code: 'overloaded' });
    // What is refused by the hundred is a line or two in the log.
    expect(lines).toHaveLength(1);
    await finishEverything();
    await next;
    // Whose turn came a second late is sent away too: a browser has long been waiting for an answer.
    expect((await outcomes).filter(({ status }) => status === 'fulfilled')).toHaveLength(running);
    const after = await comeTogether(1, 'known');
    await finishEverything();
    await after.end;
  });

  test('gives a place back when the work fails', async () => {
    const failing = Array.from({ length: 400 }, () =>
      admission.run(
        async () => 'known',
        () => Promise.reject(new Error('the work failed')),
      ),
    );
    const outcomes = await Promise.allSettled(failing);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    await nextTurn();
    const after = await comeTogether(1, 'known');
    await finishEverything();
    await after.end;
  });

  test('lets others have their turn, also where the work waits for nothing', async () => {
    let isDone = 0;
    const strangers = Array.from({ length: 100 }, () =>
      admission.run(
        async () => 'stranger',
        async () => {
          isDone += 1;
        },
      ),
    );
    // As the embedded store has it: each is done before the event loop comes round.
    for (let turn = 0; turn < 1000; turn += 1) await Promise.resolve();
    expect(isDone).toBeLessThan(20);
    await Promise.all(strangers);
    expect(isDone).toBe(100);
  });
});

describe('a limit that learns', () => {
  const limit = () => createAdaptiveLimit({ least: 4, first: 100, most: 300, longestTurn: 10 });

  test('gives way when turns of the event loop are long, and never wholly', () => {
    const one = limit();
    one.learn(20, true);
    expect(one.value()).toBe(50);
    for (let n = 0; n < 20; n += 1) one.learn(1000, true);
    expect(one.value()).toBe(4);
  });

  test('grows only where somebody waits for it, and not without end', () => {
    const one = limit();
    one.learn(1, false);
    expect(one.value()).toBe(100);
    for (let n = 0; n < 100; n += 1) one.learn(1, true);
    expect(one.value()).toBe(300);
  });
});

describe('a waiting line', () => {
  const turn = { start: () => {}, refuse: () => {} };
  const brief = { patience: 20, forbearance: 250, latest: 1000, latestOnceStill: 40, most: 3, now };

  /** What became of those who joined, in the order in which it was told. */
  function watch(line: WaitingLine) {
    const told: string[] = [];
    const join = (name: string) =>
      line.join({
        start: () => void told.push(`${name} began`),
        refuse: () => void told.push(`${name} was refused`),
      });
    return { told, join };
  }

  test('closes when its first has waited too long for too long, and opens when it moves', () => {
    const line = createWaitingLine(brief);
    line.join(turn);
    time += 21;
    expect(line.isOpen()).toBe(true);
    time += 251;
    expect(line.isOpen()).toBe(false);
    line.startNext();
    expect(line.isOpen()).toBe(true);
  });

  test('that stood still has no patience for some seconds after, and sends away whose turn comes too late', () => {
    const line = createWaitingLine(brief);
    const { told, join } = watch(line);
    join('first');
    time += 300;
    line.isOpen();
    time += 1000;
    expect(line.isOpen()).toBe(false);
    line.startNext();
    join('second');
    time += 25;
    expect(line.isOpen()).toBe(false);
    line.startNext();
    expect(told).toEqual(['first was refused', 'second began']);
  });

  test('sends away, once it has stood still, whose turn comes long after its patience', () => {
    const line = createWaitingLine({
      ...brief,
      patience: 10,
      forbearance: 0,
      latestOnceStill: 20,
      most: 100,
    });
    const { told, join } = watch(line);
    join('in a burst');
    time += 25;
    line.startNext();
    join('when it stood still');
    time += 11;
    line.isOpen();
    time += 1;
    line.isOpen();
    join('soon enough');
    time += 10;
    line.startNext();
    line.startNext();
    join('before the process paused');
    time += 25;
    line.startNext();
    join('after some calm seconds');
    time += 6000;
    line.startNext();
    join('calm again');
    time += 25;
    line.startNext();
    expect(told).toEqual([
      'in a burst began',
      'when it stood still was refused',
      'soon enough began',
      'before the process paused was refused',
      'after some calm seconds was refused',
      'calm again began',
    ]);
  });

  test('takes no more, once it has stood still, than can have their turn within the same patience', () => {
    const line = createWaitingLine({ ...brief, forbearance: 0, most: 1000 });
    const joinWhileOpen = () => {
      let joined = 0;
      for (; line.isOpen() && joined < 500; joined += 1) line.join(turn);
      return joined;
    };
    // Two in each millisecond have their turn.
    for (let n = 0; n < 200; n += 1) {
      line.join(turn);
      line.startNext();
      time += n % 2;
    }
    expect(joinWhileOpen()).toBe(500);
    time += 21;
    line.isOpen();
    time += 1;
    expect(line.isOpen()).toBe(false);
    while (line.length() > 0) line.startNext();
    const after = joinWhileOpen();
    expect(after).toBeGreaterThan(20);
    expect(after).toBeLessThan(120);
    while (line.length() > 0) line.startNext();
    time += 6000;
    expect(joinWhileOpen()).toBe(500);
  });

  test('is never longer than it may be', () => {
    const line = createWaitingLine(brief);
    for (let n = 0; n < 3; n += 1) line.join(turn);
    expect(line.isOpen()).toBe(false);
  });
});
