import type { Context, Middleware, Next } from 'koa';
import { Provider } from 'oidc-provider';
import { ParleyError } from '../errors.ts';
import { toProtocolError } from './protocol-error.ts';

/**
 * Writes that nothing in their own request depends on: its answer waits for them, and its other work does not. They
 * travel together then, and a token is being signed while the store confirms what it stands for.
 */
export interface PendingWrites {
  /** Resolves at once inside a request of the library, and with the write anywhere else. */
  add(write: Promise<unknown>): Promise<void>;
  /** Innermost: no answer leaves before everything of its request is confirmed. */
  middleware: Middleware;
}

export function createPendingWrites(): PendingWrites {
  const pending = new WeakMap<object, Promise<unknown>[]>();
  return {
    async add(write) {
      const writes = Provider.ctx && pending.get(Provider.ctx);
      if (!writes) {
        await write;
        return;
      }
      writes.push(write);
      // Its failure is looked at before the answer.
      write.catch(() => {});
    },
    middleware: async (ctx: Context, next: Next) => {
      const writes: Promise<unknown>[] = [];
      pending.set(ctx, writes);
      await next();
      await Promise.all(writes).catch((error: unknown) => {
        throw error instanceof ParleyError ? toProtocolError(error) : error;
      });
    },
  };
}
