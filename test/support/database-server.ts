import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { poll } from './poll.ts';

/** A real database server on loopback, with a folder of its own and nothing that survives it. */
export interface DatabaseServer {
  port: number;
  /** The address for Parley's own account, which may only read. */
  url: string;
  /** Runs statements of the test's own, one after the other, as the owner of everything. */
  run(...statements: string[]): Promise<Record<string, unknown>[]>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder; a server with TLS may get another certificate. */
  start(tls?: { cert: string; key: string }): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerProcess {
  program: string;
  args: string[];
  owner: { uid: number; gid: number } | undefined;
  /** Ends it at once. */
  killSignal: NodeJS.Signals;
  stopSignal: NodeJS.Signals;
  /** Resolves when it lets the test in. */
  connect(): Promise<void>;
}

/** Starts and ends the process behind a DatabaseServer, by its id. */
export async function superviseServer(server: ServerProcess) {
  let child = await launch(server);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    kill: () => end(server.killSignal),
    stop: () => end(server.stopSignal),
    async start() {
      child = await launch(server);
    },
  };
}

async function launch({ program, args, owner, killSignal, connect }: ServerProcess): Promise<ChildProcess> {
  const child = spawn(program, args, { ...owner, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-2000)));
  // A test run that dies must not leave a server behind.
  const endWithUs = () => void child.kill(killSignal);
  process.once('exit', endWithUs);
  child.once('exit', () => process.removeListener('exit', endWithUs));
  await poll(`${program} answers`, 60_000, async () => {
    if (child.exitCode !== null) throw new Error(`${program} ended: ${output}`);
    return connect().then(
      () => true,
      () => false,
    );
  });
  return child;
}
