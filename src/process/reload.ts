import { isDeepStrictEqual } from 'node:util';
import { ConfigError, formatProblem } from '../config/config-error.ts';
import type { Config, LocatedProblem } from '../config/contract.ts';
import type { Log } from '../log.ts';
import type { Server } from './server.ts';

export interface ReloadOptions {
  /** What the process was started with. */
  started: Config;
  load(): Promise<Config>;
  server: Pick<Server, 'replaceBrands' | 'changeLogging' | 'audit'>;
  log: Log;
}

/** Reads the configuration again. Never rejects: what is wrong is in the log, and the process goes on as before. */
export type Reload = (reason: string) => Promise<void>;

/**
 * Brands come and go without a restart, and so does what is logged; what else belongs to the process (server.yaml, the
 * environment) is as it was at the start. One reload at a time: whoever asks meanwhile is served by the next one.
 */
export function createReload({ started, load, server, log }: ReloadOptions): Reload {
  let running = Promise.resolve();
  let next: Promise<void> | undefined;
  let warned = new Set(started.warnings.map(formatProblem));

  async function reload(reason: string): Promise<void> {
    server.audit.reopen();
    try {
      const config = await load();
      const changes = await server.replaceBrands(config.brands);
      server.changeLogging(config.server);
      tell(config.warnings.filter((warning) => !warned.has(formatProblem(warning))));
      warned = new Set(config.warnings.map(formatProblem));
      const settings = changedSettings(started, config);
      if (settings.length > 0) log.warn({ settings }, 'server.yaml has changed: this needs a restart');
      log.info({ reason, ...changes }, 'configuration read again');
      server.audit.record('config.changed', { reason, ...changes });
    } catch (error) {
      if (error instanceof ConfigError) tell(error.problems);
      else log.error({ problem: error instanceof Error ? error.message : String(error) }, 'configuration');
      log.error({ reason }, 'the configuration cannot be used: nothing has changed');
      server.audit.record('config.refused', { reason });
    }
  }

  function tell(problems: readonly LocatedProblem[]): void {
    for (const problem of problems) {
      log[problem.severity === 'error' ? 'error' : 'warn'](
        { problem: formatProblem(problem) },
        'configuration',
      );
    }
  }

  return (reason) => {
    next ??= running.then(() => {
      next = undefined;
      running = reload(reason);
      return running;
    });
    return next;
  };
}

const changesAtOnce: ReadonlySet<keyof Config['server']> = new Set(['log_level', 'log_success_share']);

function changedSettings({ server: before }: Config, { server: after }: Config): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as Set<keyof Config['server']>;
  return [...names].filter(
    (name) => !changesAtOnce.has(name) && !isDeepStrictEqual(before[name], after[name]),
  );
}
