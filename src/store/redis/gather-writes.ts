import type { Redis } from 'ioredis';

const gathering = new WeakSet<object>();

/**
 * Whatever is sent to one Redis in this turn of the event loop leaves in one write and arrives in one read: the
 * library writes each command by itself, and a system call costs more on both sides than most commands do.
 */
export function gatherWrites({ stream }: Redis): void {
  if (!stream || gathering.has(stream)) return;
  gathering.add(stream);
  stream.cork();
  // After every request that this turn has woken, and before anything is waited for.
  setImmediate(() => {
    gathering.delete(stream);
    stream.uncork();
  });
}
