import type { Context, Middleware, Next } from 'koa';

export interface RunningRequests {
  handler: Middleware;
  /** Resolves when none of its requests runs. */
  idle(): Promise<void>;
}

/** Counts the requests inside a handler, so that what they use is closed after the last of them. */
export function trackRequests(handler: Middleware): RunningRequests {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async handler(ctx: Context, next: Next) {
      running += 1;
      try {
        await handler(ctx, next);
      } finally {
        running -= 1;
        if (running === 0) for (const resolve of waiting.splice(0)) resolve();
      }
    },
    async idle() {
      if (running === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      await promise;
    },
  };
}
