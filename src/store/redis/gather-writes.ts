import type { Redis } from 'ioredis';

/** What is sent last in this turn, by connection. */
const gathering = new WeakMap<object, (() => void)[]>();

/**
 * Whatever is sent to one Redis in this turn of the event loop leaves in one write and arrives in one read: the
 * library writes each command by itself, and a system call costs more on both sides than most commands do.
 */
export function gatherWrites({ stream }: Redis): void {
  if (!stream || gathering.has(stream)) return;
  const last: (() => void)[] = [];
  gathering.set(stream, last);
  stream.cork();
  // After every request that this turn has woken, and before anything is waited for.
  setImmediate(() => {
    for (const send of last) send();
    gathering.delete(stream);
    stream.uncork();
  });
}

/** Called behind everything else that leaves with this write: what is gathered for it is complete then. */
export function sendLast({ stream }: Redis, send: () => void): void {
  const last = stream && gathering.get(stream);
  if (last) last.push(send);
  else send();
}
