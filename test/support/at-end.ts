import { afterEach } from '@jest/globals';

/**
 * `const started = atEnd()` in a suite; then `started(await spawnParley())` in its tests. Whatever was started is
 * stopped after the test, last first, even when a later step of the setup fails.
 */
export function atEnd(): <T extends { stop(): Promise<unknown> }>(running: T) => T {
  const all: { stop(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const running of all.splice(0).toReversed()) await running.stop();
  });
  return (running) => {
    all.push(running);
    return running;
  };
}
