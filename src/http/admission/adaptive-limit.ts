export interface AdaptiveLimitOptions {
  least: number;
  first: number;
  most: number;
  /** Milliseconds that a turn of the event loop may take before there is too much at once. */
  longestTurn: number;
}

export interface AdaptiveLimit {
  value(): number;
  /**
   * @param turn milliseconds that turns of the event loop took lately
   * @param isReached whether somebody waits for the limit: only then more is tried
   */
  learn(turn: number, isReached: boolean): void;
}

/**
 * How much may run at once, found out while it runs: less as soon as the event loop comes round late, which is what a
 * busy processor looks like; more again while it does not. What waits for somebody else's slow server keeps no
 * processor busy, and so needs no limit.
 */
export function createAdaptiveLimit({
  least,
  first,
  most,
  longestTurn,
}: AdaptiveLimitOptions): AdaptiveLimit {
  let limit = first;
  return {
    value: () => Math.floor(limit),
    learn(turn, isReached) {
      if (turn > longestTurn) limit = Math.max(least, limit * Math.max(0.5, longestTurn / turn));
      else if (isReached) limit = Math.min(most, limit * 1.1 + 1);
    },
  };
}
