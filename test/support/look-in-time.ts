/** Says that what was to be seen may have ended before it was looked at: nothing was seen, one way or the other. */
class TooLate extends Error {}

export interface TimeToLook {
  /** To be asked between a look and what is expected of it. @throws when so many seconds have passed since it was started */
  within(seconds: number): void;
  start(): void;
}

/**
 * Looks at what ends within a second, where nobody holds the clock. A machine that stood still meanwhile, or a slow disk,
 * makes the look void, and it is begun anew under another name; what was seen in time counts at once.
 */
export async function lookInTime(look: (name: string, watch: TimeToLook) => Promise<void>): Promise<void> {
  for (let round = 0; ; round += 1) {
    try {
      return await look(`look-${round}`, startTimeToLook());
    } catch (error) {
      if (!(error instanceof TooLate)) throw error;
    }
  }
}

function startTimeToLook(): TimeToLook {
  let began = performance.now();
  return {
    start() {
      began = performance.now();
    },
    within(seconds) {
      if (performance.now() - began >= seconds * 1000) throw new TooLate('looked too late');
    },
  };
}
