import type { Context, Middleware, Next } from 'koa';
import { Provider } from 'oidc-provider';
import { ParleyError } from '../errors.ts';
import { toProtocolError } from './protocol-error.ts';
import { createRequestNote } from './request-note.ts';

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

const atOnce = Promise.resolve();

const pending = createRequestNote<Promise<unknown>[]>('pending writes');

export function createPendingWrites(): PendingWrites {
  return {
    add(write) {
      const writes = Provider.ctx && pending.find(Provider.ctx);
      if (!writes) return write.then(ignore);
      writes.push(write);
      // Its failure is looked at before the answer.
      write.catch(ignore);
      return atOnce;
    },
    middleware: async (ctx: Context, next: Next) => {
      const writes: Promise<unknown>[] = [];
      pending.write(ctx, writes);
      await next();
      if (writes.length === 0) return;
      await Promise.all(writes).catch((error: unknown) => {
        throw error instanceof ParleyError ? toProtocolError(error) : error;
      });
    },
  };
}

function ignore(): void {}
