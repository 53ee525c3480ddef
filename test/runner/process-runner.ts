import { fileURLToPath } from 'node:url';
import { Worker } from 'jest-worker';

interface Test {
  path: string;
  context: { config: unknown };
}

type Report<T> = (test: Test, outcome: T) => Promise<void>;

interface Pool extends Worker {
  run: (file: string) => Promise<unknown>;
}

/**
 * jest's runner of test files: as many processes as jest has workers, each of which runs files in plain Node with
 * jest-light-runner's code (worker.ts). That package's own pool tells all of its processes their configuration as
 * soon as the first one asks: a process that starts 0.1 s later does not listen yet, asks in vain, and the run never
 * ends. Here each process is told with its first file.
 */
export default class ProcessRunner {
  readonly #globalConfig: { maxWorkers: number };

  constructor(globalConfig: { maxWorkers: number }) {
    this.#globalConfig = globalConfig;
  }

  async runTests(
    tests: readonly Test[],
    watcher: { isInterrupted: () => boolean },
    onStart: (test: Test) => Promise<void>,
    onResult: Report<unknown>,
    onFailure: Report<unknown>,
  ): Promise<void> {
    const files = tests.values();
    const pool = this.#openPool(tests);
    await Promise.all(
      Array.from({ length: this.#globalConfig.maxWorkers }, async () => {
        for (const test of files) {
          if (watcher.isInterrupted()) return;
          await onStart(test);
          await pool.run(test.path).then(
            (result) => onResult(test, result),
            (error: unknown) => onFailure(test, error),
          );
        }
      }),
    );
    await pool.end();
  }

  #openPool([first, ...others]: readonly Test[]): Pool {
    return new Worker(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
      numWorkers: Math.min(this.#globalConfig.maxWorkers, others.length + 1),
      exposedMethods: ['run'],
      setupArgs: [{ globalConfig: this.#globalConfig, projectConfig: first?.context.config }],
      // A file that brings its process down has failed; a second try would hide it.
      maxRetries: 0,
      forkOptions: { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    }) as Pool;
  }
}
