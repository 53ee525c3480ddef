import type { Redis } from 'ioredis';

/** Looks in one time-out. */
const looks = 10;

/** One more because a command may come just before the first, and one because a standstill takes one. */
const silentLooks = looks + 2;

/**
 * Gives a connection up on which commands wait and nothing is heard; all of them fail. Answers come in the order of the
 * commands, so that a timer for each would tell no more.
 *
 * Looks are counted, for the reason that `startPatience` gives; the library's own `socketTimeout` counts a standstill.
 *
 * @param timeout milliseconds that commands wait at least while the process runs; at most about a third more
 */
export function expectAnswers(client: Redis, timeout: number): void {
  client.on('connect', () => {
    const { stream } = client;
    let heard = stream.bytesRead;
    let silent = 0;
    const timer = setInterval(() => {
      silent = client.commandQueue.length > 0 && stream.bytesRead === heard ? silent + 1 : 0;
      heard = stream.bytesRead;
      // The library's words for it, which the log knows.
      if (silent === silentLooks) stream.destroy(new Error('Command timed out'));
    }, timeout / looks).unref();
    stream.once('close', () => clearInterval(timer));
  });
}
