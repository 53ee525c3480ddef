import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from '../../test/support/free-port.ts';
import type { Subject } from './subject.ts';

/** The smallest answer of Node's http server, whatever is asked. */
export async function startSmallest(): Promise<
  Pick<Subject, 'name' | 'issuer' | 'pid' | 'redisPid' | 'stop'>
> {
  const port = await findFreePort();
  const script = join(import.meta.dirname, '../bare/smallest.ts');
  const server = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(server.stdout, 'data');
  return {
    name: 'smallest answer',
    issuer: `http://localhost:${port}`,
    pid: server.pid ?? 0,
    redisPid: undefined,
    async stop() {
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}
