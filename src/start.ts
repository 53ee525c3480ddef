import closeWithGrace from 'close-with-grace';
import { brandChecks } from './brand-checks.ts';
import { ConfigError } from './config/config-error.ts';
import { loadConfig, type LoadOptions } from './config/load-config.ts';
import { describeStart } from './describe-start.ts';
import { createLog } from './log.ts';
import { createServer } from './server.ts';

/** Milliseconds in which running requests may end after SIGTERM. */
const grace = 8_000;

/** Runs the server until the process is told to stop. A start that cannot go on says why and exits with 1. */
export async function start({ env, cwd }: Pick<LoadOptions, 'env' | 'cwd'>): Promise<void> {
  try {
    const config = await loadConfig({ env, cwd, checks: brandChecks });
    const log = createLog({ level: config.server.log_level });
    const server = await createServer({ config, log });
    closeWithGrace({ delay: grace + 2_000 }, async ({ signal, err }) => {
      if (err) log.fatal({ detail: String(err), stack: err.stack }, 'stopping after an unexpected error');
      else log.info({ signal }, 'stopping');
      await server.drain(err ? 0 : grace);
    });
    await server.listen();
    for (const line of describeStart(config, server)) process.stdout.write(`${line}\n`);
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
