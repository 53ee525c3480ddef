import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { endWithUs } from './end-with-us.ts';
import { findFreePort } from './free-port.ts';
import { poll } from './poll.ts';

export interface Haproxy {
  httpsPort: number;
  httpPort: number;
  stop(): Promise<void>;
}

export interface HaproxyOptions {
  program: string;
  /** For the configuration as it runs. */
  folder: string;
  /** PEM of certificate and key. */
  bundle: string;
  httpsPort: number;
  /** Where the Parley processes listen. */
  ports: readonly number[];
  /** Changes the recipe, to show what happens without a line of it. */
  edit?: (recipe: string) => string;
}

const recipeFile = join(import.meta.dirname, '../../deploy/haproxy/haproxy.cfg');

/** A real haproxy with the recipe of deploy/haproxy: nothing but ports and the certificate's path differs. */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const { program, folder, httpsPort } = options;
  const httpPort = await findFreePort();
  const file = join(folder, `haproxy-${httpsPort}.cfg`);
  const recipe = substitute(readFileSync(recipeFile, 'utf8'), httpPort, options);
  writeFileSync(file, options.edit ? options.edit(recipe) : recipe);

  const child = spawn(program, ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  endWithUs(child);
  const closed = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await poll(`haproxy listens on ${httpsPort}`, 60_000, () => {
    if (child.exitCode !== null) throw new Error(`haproxy ended: ${output}`);
    return accepts(httpsPort);
  });
  return {
    httpsPort,
    httpPort,
    async stop() {
      child.kill('SIGTERM');
      await closed;
    },
  };
}

function substitute(recipe: string, httpPort: number, { httpsPort, bundle, ports }: HaproxyOptions): string {
  const server = 'server parley1 127.0.0.1:3000 ';
  const serverLine = recipe.split('\n').find((line) => line.includes(server)) ?? '';
  const serverLines = ports.map((port, index) =>
    serverLine.replace(server, `server parley${index + 1} 127.0.0.1:${port} `),
  );
  const changes: [string, string][] = [
    ['bind :80\n', `bind 127.0.0.1:${httpPort}\n`],
    ['bind :443 ssl crt /etc/haproxy/certs/ ', `bind 127.0.0.1:${httpsPort} ssl crt ${bundle} `],
    [serverLine, serverLines.join('\n')],
  ];
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the recipe has no "${from.trim()}"`);
    return text.replace(from, () => to);
  }, recipe);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
