import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from '../../test/support/free-port.ts';
import type { Subject } from './subject.ts';

export type PlainNode = Pick<Subject, 'name' | 'issuer' | 'pid' | 'redisPid' | 'stop'>;

/** Node's http server and nothing else. @param like whose answers it has at these paths; absent: two letters for everything */
export async function startPlainNode(like?: {
  issuer: string;
  paths: readonly string[];
}): Promise<PlainNode> {
  const answers = await Promise.all(
    (like?.paths ?? []).map(async (path) => [path, await copyAnswer(`${like?.issuer}${path}`)] as const),
  );
  const port = await findFreePort();
  const script = join(import.meta.dirname, '../bare/plain-node.ts');
  const json = JSON.stringify(Object.fromEntries(answers));
  const server = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', script, String(port), json],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(server.stdout, 'data');
  return {
    name: 'plain Node',
    issuer: `http://localhost:${port}`,
    pid: server.pid ?? 0,
    redisPid: undefined,
    async stop() {
      server.kill('SIGTERM');
      await once(server, 'exit');
    },
  };
}

/** Node writes these itself. */
const writtenByNode = new Set(['connection', 'date', 'keep-alive']);

async function copyAnswer(url: string): Promise<{ headers: string[]; body: string }> {
  const response = await fetch(url);
  const headers = [...response.headers].filter(([name]) => !writtenByNode.has(name)).flat();
  return { headers, body: await response.text() };
}
