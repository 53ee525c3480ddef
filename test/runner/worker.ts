import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { startStopwatch } from '../support/stopwatch.ts';

/** What jest-light-runner runs in each process; its package exports it to its own pool alone. */
interface LightRunner {
  default: (file: string) => Promise<FileResult>;
  setWorkerData: (configuration: unknown) => void;
}

interface Configuration {
  globalConfig: object;
  projectConfig: { testTimeout: number };
}

/** Of jest's `TestResult`, what is written here. */
interface FileResult {
  numFailingTests: number;
  failureMessage: string;
  testResults: object[];
}

let runner: LightRunner;

/**
 * Milliseconds that a whole file may take: many times as long as one of its tests. Those have deadlines of their own
 * (globals.ts), but nothing else ends a file that waits for ever while it is loaded, and the run with it.
 */
let longest = 0;

/**
 * What was rejected and nobody looked, such as a wait that a failing test gave up. Node would end the process, and with it
 * all that the file's tests have said.
 */
const rejections: unknown[] = [];

/**
 * Before the process's first file.
 *
 * @param configuration jest's
 * @param folder for temporary files
 */
export async function setup(configuration: Configuration, folder: string): Promise<void> {
  process.env['TMPDIR'] = folder;
  // jest-light-runner gives every process the number 1.
  process.env['TEST_PROCESS'] = process.env['JEST_WORKER_ID'];
  process.env['TEST_DEADLINE'] = String(configuration.projectConfig.testTimeout);
  longest = 4 * configuration.projectConfig.testTimeout;
  process.on('unhandledRejection', (reason) => rejections.push(reason));
  runner = (await import(
    new URL('worker-runner.js', import.meta.resolve('jest-light-runner')).href
  )) as LightRunner;
  runner.setWorkerData(configuration);
}

/** @param file absolute path */
export async function run(file: string): Promise<FileResult> {
  const watch = startStopwatch((passed) => {
    if (passed >= longest) giveUp(file);
  });
  const result = await runner.default(file).finally(watch.stop);
  // Node tells of the last ones only now.
  await setImmediate();
  return rejections.splice(0).reduce<FileResult>(addFailure, result);
}

/** The pool takes the end of a process for the failure of its file, and starts another one for the next. */
function giveUp(file: string): never {
  process.stderr.write(`${file}: not finished within ${longest} ms\n`);
  process.exit(1);
}

function addFailure(result: FileResult, reason: unknown): FileResult {
  const title = 'a rejection that nobody handled';
  const message = `${title}\n    ${inspect(reason)}\n`;
  return {
    ...result,
    numFailingTests: result.numFailingTests + 1,
    failureMessage: `${result.failureMessage}\n${message}`,
    testResults: [
      ...result.testResults,
      { ancestorTitles: [], title, fullName: title, status: 'failed', failureMessages: [message] },
    ],
  };
}

/** After the last file: what a failed test left open must not keep the process, and with it the whole run, alive. */
export function teardown(): void {
  process.exit();
}
