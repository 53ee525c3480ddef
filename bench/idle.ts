import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { describeMachine } from './report.ts';

/**
 * `npm run bench:idle`: what one process costs that has nothing to do. Starts the server as an operator does, on the
 * embedded store, with one brand and with many; measures how long it takes until /readyz answers, first with keys to
 * make and then with keys that are there, and the memory of the process (VmRSS) after it was left alone.
 * Options: `--brands 1,1000`, `--rest 10` (seconds).
 */
const { values } = parseArgs({
  options: { brands: { type: 'string', default: '1,1000' }, rest: { type: 'string', default: '10' } },
});
const print = (text: string) => void process.stdout.write(`${text}\n`);
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;
const main = join(import.meta.dirname, '../src/main.ts');

interface Idle {
  /** Milliseconds until it was ready. */
  readyAfter: number;
  /** Megabytes. */
  memory: number;
}

print(describeMachine());
print('\n| brands | first start, keys are made | later starts | memory, idle |\n|---|---|---|---|');
for (const text of values.brands.split(',')) {
  const count = Number(text);
  const folder = await writeBrands(count);
  try {
    const first = await measure(folder, 0);
    const later = await measure(folder, Number(values.rest));
    print(
      `| ${count} | ${seconds(first.readyAfter)} | ${seconds(later.readyAfter)} | ${Math.round(later.memory)} MB |`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(folder: string, rest: number): Promise<Idle> {
  const port = await freePort();
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PORT: String(port), LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  try {
    const began = performance.now();
    while (!(await isReady(port))) {
      if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
      await pause(5);
    }
    const readyAfter = performance.now() - began;
    await pause(rest * 1000);
    return { readyAfter, memory: await memoryOf(child.pid ?? 0) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

async function memoryOf(pid: number): Promise<number> {
  const [, kilobytes = 'NaN'] =
    /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

/** A configuration folder as `parley init` would leave it, for each brand a host of its own. */
async function writeBrands(count: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-idle-'));
  await mkdir(join(folder, 'config/brands'), { recursive: true });
  await writeFile(join(folder, 'config/accounts.yaml'), 'accounts: []\n');
  for (let index = 0; index < count; index += 1) {
    const name = `brand-${index}`;
    const brand = {
      brand: name,
      issuer: `https://id.${name}.example`,
      accounts: { file: { path: 'config/accounts.yaml' } },
      claims: { given_name: 'first_name', account_number: 'account.number' },
      scopes: { account: ['account_number'] },
      clients: [
        { id: 'liveperson', platform: 'liveperson', secret: 'a-secret-of-good-length' },
        {
          id: 'web',
          secret: 'another-secret-of-good-length',
          redirect_uris: [`https://www.${name}.example/`],
        },
      ],
    };
    await writeFile(join(folder, 'config/brands', `${name}.yaml`), JSON.stringify(brand));
  }
  return folder;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
