import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { endWithUs } from './end-with-us.ts';
import { type FetchAtOptions, fetchAt } from './fetch-at.ts';
import { findFreePort } from './free-port.ts';
import { poll } from './poll.ts';
import { type StartOptions, writeConfig } from './start-parley.ts';
import { startStopwatch } from './stopwatch.ts';

export interface SpawnOptions
  extends Pick<StartOptions, 'brands' | 'serverYaml' | 'store' | 'folder' | 'port'> {
  /** Over the usual variables; an empty text unsets one. */
  env?: Record<string, string>;
  /** A process that shares its configuration, keys, embedded store and issuer with this one, on a port of its own. */
  beside?: ParleyProcess;
  /** Start in this folder with what is there, such as the project's own configuration. */
  cwd?: string;
  /** What must answer 200 before the process counts as started; default: /readyz. */
  until?: '/readyz' | '/healthz';
  /** Milliseconds in which it has to be there; default: 50 seconds. */
  within?: number;
  /** Authority of the certificate that the process itself serves. */
  ca?: string;
  /** The input of a process that takes its standard output instead of this one, where `stdout` and `log` are then empty. */
  logTo?: Writable;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface ParleyProcess {
  /** Of the usual test brand: `http://localhost:<port>`, the port of the first process where several share one. */
  issuer: string;
  port: number;
  /** Of the process that runs at this moment. */
  pid(): number;
  folder: string;
  /** Milliseconds, as far as the machine ran, from the spawn until it was ready. */
  readyAfter: number;
  /** Reaches this process, whatever host the URL names. */
  fetch: typeof fetch;
  stdout(): string;
  stderr(): string;
  /** Parsed lines of its log. */
  log(): Record<string, unknown>[];
  /** Only sends it. */
  signal(name: NodeJS.Signals): void;
  /** Resolves when the current process has ended. */
  ended(): Promise<Exit>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** Starts again in the same folder and on the same port, after `kill` or an end of its own. */
  restart(): Promise<void>;
  /** Ends it, by force when it does not want to, and removes what it made. */
  stop(): Promise<void>;
}

const main = join(import.meta.dirname, '../../src/main.ts');

/** A whole Parley as a process of its own: what an operator starts, with files, environment, signals and an exit code. */
export async function spawnParley(options: SpawnOptions = {}): Promise<ParleyProcess> {
  const place = await prepare(options);
  const visit = fetchAt(place.port, connectionOf(options));
  const scheme = options.serverYaml && 'tls' in options.serverYaml ? 'https' : 'http';
  let running = launch(place, options);
  let readyAfter = 0;

  async function waitUntilReady(): Promise<void> {
    const watch = startStopwatch();
    await poll(`Parley is ready on port ${place.port}`, options.within ?? 50_000, async () => {
      if (running.exit)
        throw new Error(`Parley ended with ${JSON.stringify(running.exit)}: ${running.stderr}`);
      const answer = await visit(`${scheme}://localhost:${place.port}${options.until ?? '/readyz'}`).catch(
        () => undefined,
      );
      return answer?.status === 200;
    }).finally(watch.stop);
    readyAfter = watch.read();
  }

  try {
    await waitUntilReady();
  } catch (error) {
    await running.end('SIGKILL');
    if (place.isOurs) await rm(place.folder, { recursive: true, force: true });
    throw error;
  }
  return {
    issuer: options.beside?.issuer ?? `${scheme}://localhost:${place.port}`,
    port: place.port,
    pid: () => running.child.pid ?? 0,
    folder: place.folder,
    get readyAfter() {
      return readyAfter;
    },
    fetch: visit,
    stdout: () => running.stdout,
    stderr: () => running.stderr,
    log: () => parseLog(running.stdout),
    signal: (name) => void running.child.kill(name),
    ended: () => running.ended,
    kill: async () => void (await running.end('SIGKILL')),
    async restart() {
      await running.end('SIGKILL');
      running = launch(place, options);
      await waitUntilReady();
    },
    async stop() {
      await running.end('SIGTERM');
      if (place.isOurs) await rm(place.folder, { recursive: true, force: true });
    },
  };
}

export interface FinishedRun extends Exit {
  stdout: string;
  stderr: string;
}

/** For starts that must fail: waits for the end. Rejects when the process goes on running. */
export async function runParleyToEnd(options: SpawnOptions, deadline = 50_000): Promise<FinishedRun> {
  const place = await prepare(options);
  const running = launch(place, options);
  try {
    await poll(
      `Parley gives up on port ${place.port}; it wrote:\n${running.stdout}${running.stderr}`,
      deadline,
      () => Boolean(running.exit),
    );
    return { ...(await running.ended), stdout: running.stdout, stderr: running.stderr };
  } finally {
    await running.end('SIGKILL');
    if (place.isOurs) await rm(place.folder, { recursive: true, force: true });
  }
}

interface Place {
  folder: string;
  cwd: string;
  port: number;
  isOurs: boolean;
}

async function prepare(options: SpawnOptions): Promise<Place> {
  const port = options.port ?? (await findFreePort());
  if (options.beside)
    return { folder: options.beside.folder, cwd: options.beside.folder, port, isOurs: false };
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'parley-process-')));
  if (!options.cwd) await writeConfig(folder, port, options);
  return { folder, cwd: options.cwd ?? folder, port, isOurs: options.folder === undefined };
}

function connectionOf({ ca }: SpawnOptions): FetchAtOptions {
  return ca ? { ca } : {};
}

interface Running {
  child: ChildProcess;
  stdout: string;
  stderr: string;
  exit: Exit | undefined;
  ended: Promise<Exit>;
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit>;
}

function launch({ folder, cwd, port }: Place, options: SpawnOptions): Running {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    cwd,
    // Nothing of the test runner's own environment: NODE_ENV and NODE_OPTIONS would change what is tested.
    env: {
      PATH: process.env['PATH'],
      PARLEY_KEYS: join(folder, 'keys'),
      PARLEY_STORE: options.store ?? `embedded:${join(folder, 'data')}`,
      PORT: String(port),
      ...options.env,
    },
    stdio: ['ignore', options.logTo ?? 'pipe', 'pipe'],
  });
  endWithUs(child);
  const { promise: ended, resolve } = Promise.withResolvers<Exit>();
  const running: Running = { child, stdout: '', stderr: '', exit: undefined, ended, end };
  child.stdout?.on('data', (chunk: Buffer) => {
    running.stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    running.stderr += chunk.toString();
  });
  // `close`, not `exit`: by then everything that it wrote has arrived.
  child.once('close', (code, signal) => {
    running.exit = { code, signal };
    resolve(running.exit);
  });

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<Exit> {
    child.kill('SIGCONT');
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), 12_000);
    const exit = await ended;
    clearTimeout(force);
    return exit;
  }
  return running;
}

function parseLog(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line));
}
