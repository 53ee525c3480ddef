import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './find-program.ts';
import { endWithUs } from './end-with-us.ts';
import { findFreePort } from './free-port.ts';
import { poll } from './poll.ts';

export interface RedisServer {
  url: string;
  port: number;
  /** Of the process that runs at this moment. */
  pid(): number;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
  /** SIGKILL; the folder stays for a restart. */
  kill(): Promise<void>;
  /** Starts again on the same port with what is in the folder, ending a running server first. */
  restart(): Promise<void>;
  /** Keeps its connections but answers nobody until `resume`. */
  pause(): void;
  resume(): void;
}

/** Several servers that make one store. */
export interface RedisTopology {
  /** PARLEY_STORE. */
  url: string;
  servers: readonly RedisServer[];
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** Append-only file, written before each answer: nothing is lost across `kill`. How slow the disk is plays no part. */
  aof?: boolean;
  port?: number;
  password?: string;
  /** A node of a Cluster; it owns no slots until it is told so. */
  cluster?: boolean;
  /** More lines of redis.conf. */
  settings?: readonly string[];
  /** The lines of a file that the server rewrites as it goes: a Sentinel, which has no other way. */
  sentinel?: readonly string[];
}

/** A real redis-server on loopback with a folder of its own. */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-redis-'));
  const port = options.port ?? (await findFreePort());
  const password = options.password ? `:${encodeURIComponent(options.password)}@` : '';
  let server = await launch(port, folder, options);

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGCONT');
    server.kill(signal);
    // A replica that writes its first append-only file does not listen to SIGTERM.
    const force = setTimeout(() => server.kill('SIGKILL'), 3_000);
    await exited;
    clearTimeout(force);
  }

  return {
    url: `redis://${password}127.0.0.1:${port}`,
    port,
    pid: () => server.pid ?? 0,
    async stop() {
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      server = await launch(port, folder, options);
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
  };
}

async function launch(port: number, folder: string, options: RedisServerOptions): Promise<ChildProcess> {
  const program = findProgram('redis-server');
  if (!program) throw new Error('redis-server is not installed');
  const server = spawn(program, toArguments(port, folder, options), { stdio: ['ignore', 'pipe', 'ignore'] });
  endWithUs(server);
  let said = '';
  server.stdout.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
  await poll(`redis-server listens on ${port}`, 60_000, () => {
    if (server.exitCode !== null) throw new Error(`redis-server ended with ${server.exitCode}: ${said}`);
    return answers(port);
  });
  return server;
}

function toArguments(port: number, folder: string, options: RedisServerOptions): string[] {
  const { aof, password, cluster, settings: more = [], sentinel } = options;
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  if (sentinel) {
    const file = join(folder, 'sentinel.conf');
    if (!existsSync(file)) writeFileSync(file, `${sentinel.join('\n')}\n`);
    return [file, ...settings, '--sentinel'];
  }
  settings.push('--save', '');
  for (const line of more) {
    const [name = '', ...values] = line.split(' ');
    settings.push(`--${name}`, ...values);
  }
  if (aof) settings.push('--appendonly', 'yes', '--appendfsync', 'no');
  if (password) settings.push('--requirepass', password);
  if (cluster) settings.push('--cluster-enabled', 'yes');
  return settings;
}

/** Loaded and answering; a server with a password answers that it wants one. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(500, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(/^(\+PONG|-NOAUTH)/.test(String(data)));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
