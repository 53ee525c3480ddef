import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';
import { endWithUs } from './end-with-us.ts';
import { poll } from './poll.ts';

const run = promisify(execFile);

/** A software PKCS#11 token (SoftHSM) of its own, and OpenSSH's agent before it. */
export interface TokenAgent {
  /** Path of the agent's socket. */
  socket: string;
  /** Makes a key pair in the token; the agent has it from the next start on. */
  makeKey(label: string, kind: 'rsa:2048' | 'EC:prime256v1'): Promise<void>;
  /** SIGKILL: the socket stays, and nobody listens. */
  kill(): Promise<void>;
  /** A new agent on the same socket, with every key of the token. */
  restart(): Promise<void>;
  /** Keeps its connections but answers nobody until `resume`. */
  pause(): void;
  resume(): void;
  stop(): Promise<void>;
}

const module = '/usr/lib/softhsm/libsofthsm2.so';
const pin = '4711';

export async function startTokenAgent(): Promise<TokenAgent> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-token-'));
  const socket = join(folder, 'agent');
  const env = {
    PATH: process.env['PATH'],
    SOFTHSM2_CONF: join(folder, 'softhsm2.conf'),
    SSH_AUTH_SOCK: socket,
    SSH_ASKPASS: join(folder, 'pin'),
    SSH_ASKPASS_REQUIRE: 'force',
  };
  await mkdir(join(folder, 'tokens'));
  await writeFile(env.SOFTHSM2_CONF, `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`);
  await writeFile(env.SSH_ASKPASS, `#!/bin/sh\necho ${pin}\n`);
  await chmod(env.SSH_ASKPASS, 0o700);
  await run(
    'softhsm2-util',
    ['--init-token', '--free', '--label', 'parley', '--pin', pin, '--so-pin', '0815'],
    { env },
  );

  let agent: ChildProcess | undefined;
  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = agent;
    agent = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill('SIGCONT');
    child.kill(signal);
    await promise;
  }
  async function restart(): Promise<void> {
    await end('SIGKILL');
    await rm(socket, { force: true });
    const child = spawn(findProgram('ssh-agent') ?? 'missing', ['-D', '-a', socket], {
      env,
      stdio: 'ignore',
    });
    endWithUs(child);
    agent = child;
    await poll('the agent listens', 30_000, () => listens(socket));
    await run('ssh-add', ['-s', module], { env });
  }

  return {
    socket,
    async makeKey(label, kind) {
      const login = ['--module', module, '--login', '--pin', pin, '--token-label', 'parley'];
      const id = Buffer.from(label).toString('hex');
      await run(
        'pkcs11-tool',
        [...login, '--keypairgen', '--key-type', kind, '--id', id, '--label', label, '--usage-sign'],
        { env },
      );
    },
    async kill() {
      await end('SIGKILL');
      // The process that it speaks to the token with has the socket too, and ends some milliseconds later.
      await poll('nobody listens', 30_000, async () => !(await listens(socket)));
    },
    restart,
    pause: () => void agent?.kill('SIGSTOP'),
    resume: () => void agent?.kill('SIGCONT'),
    async stop() {
      await end('SIGTERM');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listens(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
