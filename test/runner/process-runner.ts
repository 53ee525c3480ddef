import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    const folder = await makeFolder();
    const pool = this.#openPool(tests, folder);
    const work = async () => {
      for (const test of files) {
        if (watcher.isInterrupted()) return;
        await onStart(test);
        await pool.run(test.path).then(
          (result) => onResult(test, result),
          (error: unknown) => onFailure(test, error),
        );
      }
    };
    try {
      await Promise.all(Array.from({ length: this.#globalConfig.maxWorkers }, work));
    } finally {
      await pool.end();
      await rm(folder, { recursive: true, force: true });
    }
  }

  #openPool([first, ...others]: readonly Test[], folder: string): Pool {
    return new Worker(fileURLToPath(new URL('./worker.ts', import.meta.url)), {
      numWorkers: Math.min(this.#globalConfig.maxWorkers, others.length + 1),
      exposedMethods: ['run'],
      setupArgs: [{ globalConfig: this.#globalConfig, projectConfig: first?.context.config }, folder],
      // A file that brings its process down has failed; a second try would hide it.
      maxRetries: 0,
      forkOptions: { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    }) as Pool;
  }
}

/**
 * What test files put into the system's temporary folder lies in here instead, and goes with the run, whatever a
 * failed test has left. Database servers write there as users of their own.
 */
async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-tests-'));
  await chmod(folder, 0o1777);
  return folder;
}
