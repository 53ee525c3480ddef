import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { brandChecks } from '../brand/brand-checks.ts';
import { ConfigError } from '../config/config-error.ts';
import { loadConfig, type LoadOptions } from '../config/load-config.ts';
import { createConfigWatch } from '../config/watch-config.ts';
import { createLog } from '../log.ts';
import { exposeWorkers } from './expose-workers.ts';
import { grace, serve } from './serve.ts';
import { supervise } from '../workers/supervise.ts';

/**
 * Runs Parley until the process is told to stop: the server itself, or with several workers the process that
 * watches over them. A start that cannot go on says why and exits with 1.
 */
export async function start({ env, cwd }: Pick<LoadOptions, 'env' | 'cwd'>): Promise<void> {
  try {
    const watch = await createConfigWatch({ env, cwd });
    const load = () => loadConfig({ env, cwd, checks: brandChecks, onSecretFile: watch.add });
    const config = await load();
    const log = createLog({ level: config.server.log_level });
    const { workers, metrics } = config.server;
    const count = workers === 'auto' ? availableParallelism() : workers;
    if (cluster.isPrimary && count > 1) {
      const exposition = metrics === undefined ? undefined : await exposeWorkers(metrics);
      await supervise({ count, log, grace, onLoss: exposition?.workerLost });
    } else await serve({ config, load, watch, log });
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  }
}

/** Faults of the configuration explain themselves; a fault of the program needs its stack. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isFaultOfProgram = [TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind);
  return error instanceof ConfigError || !isFaultOfProgram ? error.message : (error.stack ?? error.message);
}
