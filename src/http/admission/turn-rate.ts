/** Milliseconds over which turns are counted. */
const period = 100;

/** How many in a line have their turn in a millisecond, as it was lately. */
export interface TurnRate {
  note(): void;
  value(): number;
}

export function createTurnRate(now: () => number): TurnRate {
  let began = now();
  let count = 0;
  let rate = 0;
  return {
    note() {
      count += 1;
      const passed = now() - began;
      if (passed < period) return;
      rate = count / passed;
      [began, count] = [now(), 0];
    },
    value: () => rate,
  };
}
