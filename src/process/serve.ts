import cluster from 'node:cluster';
import closeWithGrace from 'close-with-grace';
import type { Config } from '../config/contract.ts';
import type { LogSettings } from '../config/server-schema.ts';
import type { ConfigWatch } from '../config/watch-config.ts';
import { describeStart } from './describe-start.ts';
import type { Log } from '../log.ts';
import type { Listener } from './listen.ts';
import { openAdmin } from './open-admin.ts';
import { publishMetrics } from './publish-metrics.ts';
import { createReload } from './reload.ts';
import { createServer, type Server } from './server.ts';
import { onHangUp } from '../workers/on-hang-up.ts';
import { createTelemetry } from '../telemetry/create-telemetry.ts';
import {
  drainMessage,
  isLoggingOrder,
  type LoggingOrder,
  readyMessage,
  reloadMessage,
} from '../workers/protocol.ts';

/** Milliseconds in which running requests may end once the process is told to stop. */
export const grace = 8_000;

export interface ServeOptions {
  config: Config;
  /** Reads the configuration again. */
  load(): Promise<Config>;
  /** Looks at the files that `config` came from. */
  watch: ConfigWatch;
  log: Log;
}

/** One process that serves, alone or as a worker. */
export async function serve({ config, load, watch, log: processLog }: ServeOptions): Promise<void> {
  const { worker } = cluster;
  const log = worker ? processLog.child({ worker: worker.id }) : processLog;
  const { metrics } = config.server;
  const telemetry = createTelemetry({ measure: metrics !== undefined });
  const server = await createServer({ config, log, telemetry });
  let admin: Listener | undefined;
  const reload = createReload({ started: config, load, server, log });
  const skip = onHangUp(() => void reload('SIGHUP')) ? (['SIGHUP'] as const) : [];
  const { close } = closeWithGrace({ delay: grace + 2_000, skip: [...skip] }, async ({ signal, err }) => {
    watch.stop();
    if (err) log.fatal({ detail: String(err), stack: err.stack }, 'stopping after an unexpected error');
    else log.info({ signal }, 'stopping');
    await Promise.all([server.drain(err ? 0 : grace), admin?.close(err ? 0 : grace)]);
    await publication?.finish();
  });
  const publication = metrics === undefined ? undefined : await publishMetrics(metrics, telemetry);
  await server.listen();
  admin = await openAdmin({
    config,
    server,
    log,
    reload: async () => (worker ? void worker.send(reloadMessage) : reload('the admin interface')),
    changeLogging(settings) {
      server.changeLogging(settings);
      const order: LoggingOrder<LogSettings> = { type: 'parley:logging', settings };
      worker?.send(order);
    },
  });
  watch.start(() => reload('a file has changed'));
  if (!worker || worker.id === 1) {
    for (const line of describeStart(config, server)) process.stdout.write(`${line}\n`);
    void warnOfStore(server, log);
    void warnOfDirectories(server, log);
  }
  if (worker)
    obeySupervisor(worker, {
      drain: close,
      reload: () => void reload('SIGHUP'),
      changeLogging: server.changeLogging,
    });
}

/** A store that is away at the start says so by itself, and keeps nobody from listening. */
async function warnOfStore(server: Server, log: Log): Promise<void> {
  const risks = await server.findStoreRisks().catch(() => []);
  for (const risk of risks) log.warn({ risk }, 'the store is not set up for what it holds');
}

/** An account directory that is away is no reason not to start, and nobody would hear of it before the first sign-in. */
async function warnOfDirectories(server: Pick<Server, 'sites'>, log: Log): Promise<void> {
  await Promise.all(
    server.sites.map(({ brand, directory }) =>
      directory
        .ping()
        .catch((error: unknown) =>
          log.warn({ brand, detail: String(error) }, 'the account directory does not answer'),
        ),
    ),
  );
}

/** A terminal sends Ctrl-C to workers as well, and a second signal would cut a drain short: hence a message. */
function obeySupervisor(
  worker: NonNullable<typeof cluster.worker>,
  { drain, reload, changeLogging }: { drain(): void; reload(): void } & Pick<Server, 'changeLogging'>,
): void {
  let draining = false;
  const drainOnce = (): void => {
    if (draining) return;
    draining = true;
    drain();
  };
  process.on('message', (message: unknown) => {
    if (message === drainMessage) drainOnce();
    if (message === reloadMessage) reload();
    if (isLoggingOrder<LogSettings>(message)) changeLogging(message.settings);
  });
  // The supervisor is gone, by force: nobody would replace or stop this worker any more.
  process.once('disconnect', drainOnce);
  worker.send(readyMessage);
}
