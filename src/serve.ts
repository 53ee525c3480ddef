import cluster from 'node:cluster';
import closeWithGrace from 'close-with-grace';
import type { Config } from './config/contract.ts';
import { describeStart } from './describe-start.ts';
import type { Log } from './log.ts';
import { createServer } from './server.ts';
import { drainMessage, readyMessage } from './workers/protocol.ts';

/** Milliseconds in which running requests may end once the process is told to stop. */
export const grace = 8_000;

/** One process that serves, alone or as a worker. */
export async function serve({ config, log: processLog }: { config: Config; log: Log }): Promise<void> {
  const { worker } = cluster;
  const log = worker ? processLog.child({ worker: worker.id }) : processLog;
  const server = await createServer({ config, log });
  const { close } = closeWithGrace({ delay: grace + 2_000 }, async ({ signal, err }) => {
    if (err) log.fatal({ detail: String(err), stack: err.stack }, 'stopping after an unexpected error');
    else log.info({ signal }, 'stopping');
    await server.drain(err ? 0 : grace);
  });
  await server.listen();
  if (!worker || worker.id === 1) {
    for (const line of describeStart(config, server)) process.stdout.write(`${line}\n`);
  }
  if (worker) obeySupervisor(worker, close);
}

/** A terminal sends Ctrl-C to workers as well, and a second signal would cut a drain short: hence a message. */
function obeySupervisor(worker: NonNullable<typeof cluster.worker>, drain: () => void): void {
  let draining = false;
  const drainOnce = (): void => {
    if (draining) return;
    draining = true;
    drain();
  };
  process.on('message', (message) => {
    if (message === drainMessage) drainOnce();
  });
  // The supervisor is gone, by force: nobody would replace or stop this worker any more.
  process.once('disconnect', drainOnce);
  worker.send(readyMessage);
}
