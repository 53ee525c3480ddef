import { AsyncResource } from 'node:async_hooks';
import { ParleyError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { createAdaptiveLimit } from './adaptive-limit.ts';
import { createLoopTurns } from './loop-turns.ts';
import { oncePerTurn } from './once-per-turn.ts';
import { createWaitingLine, type WaitingLine } from './waiting-line.ts';

/**
 * `platform`: it finishes what was begun, such as redeeming a code. `known`: a consumer who is signed in. `stranger`:
 * whoever has proved nothing yet.
 */
export type Standing = 'platform' | 'known' | 'stranger';

/** The process's own limit of work at once, whichever brand it is for. */
export interface Admission {
  /** Runs the work now or in its turn. @throws ParleyError('overloaded') when its turn would come too late */
  run(standing: () => Promise<Standing>, work: () => Promise<void>): Promise<void>;
}

export interface AdmissionOptions {
  log: Pick<Log, 'warn'>;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** So few that nobody stands in anybody's way: then it is not even asked who they are. */
const calm = 2;

const refusal = new ParleyError('overloaded', 'more requests than this process can serve', {
  isOneOfMany: true,
});

/** Of all that may run at once, what others than strangers have beside them: strangers may all wait for something slow. */
const othersShare = 0.25;

/** Who goes first. A place of the platforms' is had by an address alone, so that consumers take turns with them. */
const order = {
  usual: ['platform', 'known', 'stranger'],
  afterPlatforms: ['known', 'platform', 'stranger'],
} as const;
const platformsInTurn = 3;

/** Milliseconds between two lines of the log. */
const quiet = 10_000;

/**
 * Turns work away before everybody waits too long for it. Whoever is known goes before strangers, who have a limit of
 * their own that gives way sooner: however many they are, at most a few of them stand in a signed-in consumer's way.
 */
export function createAdmission({ log, now }: AdmissionOptions): Admission {
  const limits = {
    all: createAdaptiveLimit({ least: 16, first: 50, most: 2000, longestTurn: 4 }),
    strangers: createAdaptiveLimit({ least: 2, first: 16, most: 1000, longestTurn: 2 }),
  };
  const brief = { patience: 10, forbearance: 250, latest: 1000, latestOnceStill: 20, most: 1000, now };
  const lines: Record<Standing, WaitingLine> = {
    platform: createWaitingLine(brief),
    known: createWaitingLine(brief),
    // A page that comes after seconds is better than none; their number is what must be bounded.
    stranger: createWaitingLine({
      patience: 4000,
      forbearance: 0,
      latest: Number.POSITIVE_INFINITY,
      latestOnceStill: Number.POSITIVE_INFINITY,
      most: 1000,
      now,
    }),
  };
  let running = 0;
  let strangers = 0;
  /** That went before, since the last consumer who had to wait. */
  let platforms = 0;
  let refused = 0;
  let toldAt = 0;

  const isAnyoneWaiting = () => Object.values(lines).some((line) => line.length() > 0);
  const isCalm = () => running < calm && !isAnyoneWaiting();

  /** Within the limit of all, or of what others than strangers have beside it. */
  function hasRoom(standing: Standing): boolean {
    const all = limits.all.value();
    return running < all || (standing !== 'stranger' && running - strangers < all * othersShare);
  }
  const strangersHaveRoom = () => strangers < limits.strangers.value();
  const hasRoomFor = (standing: Standing) =>
    hasRoom(standing) && (standing !== 'stranger' || strangersHaveRoom());
  const waitsForAll = (standing: Standing) => lines[standing].length() > 0 && !hasRoom(standing);

  const turns = createLoopTurns({
    onPeriod(turn) {
      limits.all.learn(turn, order.usual.some(waitsForAll));
      limits.strangers.learn(turn, lines.stranger.length() > 0 && !strangersHaveRoom());
      startWaiting();
    },
    // Who runs may wait for a slow server: more could run, and it need not take another request to find that out.
    isAwaited: isAnyoneWaiting,
  });

  function findNext(): Standing | undefined {
    const standings = platforms < platformsInTurn ? order.usual : order.afterPlatforms;
    return standings.find((standing) => lines[standing].length() > 0 && hasRoomFor(standing));
  }

  function startWaiting(): void {
    for (let next = findNext(); next; next = findNext()) {
      if (next === 'platform') platforms += 1;
      else if (next === 'known') platforms = 0;
      lines[next].startNext();
    }
  }

  function tellRefusal(standing: Standing): void {
    refused += 1;
    if (now() - toldAt < quiet) return;
    log.warn({ standing, running, refused }, 'more requests than this process can serve: some are refused');
    [toldAt, refused] = [now(), 0];
  }

  /** With the next turn: work that waits for nothing would else be done, however much it is, within this one. */
  const giveBack = oncePerTurn((places: Standing[]) => {
    running -= places.length;
    strangers -= places.filter((standing) => standing === 'stranger').length;
    startWaiting();
  });

  async function start(standing: Standing, work: () => Promise<void>): Promise<void> {
    if (standing === 'stranger') strangers += 1;
    running += 1;
    try {
      await work();
    } finally {
      giveBack(standing);
    }
  }

  return {
    async run(standingOf, work) {
      turns.sample();
      if (isCalm()) return start('known', work);
      const standing = await standingOf();
      const line = lines[standing];
      if (line.length() === 0 && hasRoomFor(standing)) return start(standing, work);
      if (!line.isOpen()) {
        tellRefusal(standing);
        throw refusal;
      }
      return new Promise((resolve, reject) => {
        // The turns of its coming are over where the store had to be asked who it is.
        turns.sample();
        // In its own async context: it is another request's end that starts it, and its trace is not this one's.
        line.join({
          start: AsyncResource.bind(() => void start(standing, work).then(resolve, reject)),
          refuse() {
            tellRefusal(standing);
            reject(refusal);
          },
        });
      });
    },
  };
}
