/** How long and how often a directory is asked. Times in milliseconds. */
export interface ResiliencePolicy {
  /** For one answer, with everything that happens for it: waiting for a free place and asking again included. */
  timeout: number;
  /** Calls at the same time; the next ones wait. */
  parallel: number;
  /** Calls that may wait; more are refused at once. */
  waiting: number;
  /** How often a call that only reads is asked again after a failure. */
  retries: number;
  /** The first pause before asking again; each is drawn at random from a range around it. */
  retryPause: number;
  /** The breaker opens when more than half of the last `calls` failed, and at least `atLeast` were made. */
  breaker: { calls: number; atLeast: number };
  /** While open, one call tries after the first pause; each try in vain doubles it, up to the longest. */
  pauseWhileOpen: { first: number; longest: number };
}

export const defaultPolicy: ResiliencePolicy = {
  timeout: 3000,
  parallel: 32,
  waiting: 200,
  retries: 1,
  retryPause: 50,
  breaker: { calls: 20, atLeast: 5 },
  pauseWhileOpen: { first: 1000, longest: 15_000 },
};
