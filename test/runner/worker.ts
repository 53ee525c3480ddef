/** What jest-light-runner runs in each process; its package exports it to its own pool alone. */
interface LightRunner {
  default: (file: string) => Promise<unknown>;
  setWorkerData: (configuration: unknown) => void;
}

let runner: LightRunner | undefined;

interface Configuration {
  globalConfig: object;
  projectConfig: { testTimeout: number };
}

/**
 * Before the process's first file.
 *
 * @param configuration jest's
 * @param folder for temporary files
 */
export async function setup(configuration: Configuration, folder: string): Promise<void> {
  process.env['TMPDIR'] = folder;
  process.env['TEST_DEADLINE'] = String(configuration.projectConfig.testTimeout);
  runner = (await import(
    new URL('worker-runner.js', import.meta.resolve('jest-light-runner')).href
  )) as LightRunner;
  runner.setWorkerData(configuration);
}

/** @param file absolute path @returns jest's `TestResult` */
export async function run(file: string): Promise<unknown> {
  return runner?.default(file);
}

/** After the last file: what a failed test left open must not keep the process, and with it the whole run, alive. */
export function teardown(): void {
  process.exit();
}
