import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { brandChecks } from '../../src/brand-checks.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createLog } from '../../src/log.ts';
import { createServer, type Server } from '../../src/server.ts';
import { findFreePort } from './free-port.ts';
import { cloneInThisRealm } from './clone-in-this-realm.ts';
import { testAccounts, testBrand } from './test-brand.ts';

export interface StartOptions {
  /** Brand files as objects; `issuer` may say PORT. Default: one brand with the usual clients. */
  brands?: object[];
  /** PARLEY_STORE; default: embedded in the temporary folder. */
  store?: string;
  env?: Record<string, string>;
  serverYaml?: object;
  /** Kept between two starts, to show what survives. */
  folder?: string;
  port?: number;
  now?: () => number;
  fetch?: typeof fetch;
}

export interface RunningParley {
  /** Of the first brand. */
  issuer: string;
  port: number;
  folder: string;
  server: Server;
  /** Parsed lines of the log. */
  log: Record<string, unknown>[];
  stop(options?: { keepFolder?: boolean }): Promise<void>;
}

globalThis.structuredClone = cloneInThisRealm;

/** A whole Parley in this process: real configuration files, real keys, real HTTP on a free port. */
export async function startParley(options: StartOptions = {}): Promise<RunningParley> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'parley-')));
  const port = options.port ?? (await findFreePort());
  await writeConfig(folder, port, options);
  const config = await loadConfig({
    cwd: folder,
    checks: brandChecks,
    env: {
      PARLEY_CONFIG: join(folder, 'config'),
      PARLEY_KEYS: join(folder, 'keys'),
      PARLEY_STORE: options.store ?? `embedded:${join(folder, 'data')}`,
      PORT: String(port),
      ...options.env,
    },
  });
  const log: Record<string, unknown>[] = [];
  const server = await createServer({
    config,
    log: createLog({
      level: config.server.log_level,
      destination: { write: (line: string) => void log.push(JSON.parse(line)) },
    }),
    ...(options.now && { now: options.now }),
    ...(options.fetch && { fetch: options.fetch }),
  });
  await server.listen();
  return {
    issuer: config.brands[0]?.issuer ?? '',
    port,
    folder,
    server,
    log,
    async stop({ keepFolder = false } = {}) {
      await server.drain(0);
      if (!keepFolder) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The configuration folder that every way of starting reads. */
export async function writeConfig(
  folder: string,
  port: number,
  { brands, serverYaml }: StartOptions,
): Promise<void> {
  await mkdir(join(folder, 'config', 'brands'), { recursive: true });
  await writeFile(join(folder, 'config', 'accounts.yaml'), testAccounts);
  if (serverYaml) await writeFile(join(folder, 'config', 'server.yaml'), stringify(serverYaml));
  for (const brand of brands ?? [testBrand()]) {
    const text = stringify(brand).replaceAll('PORT', String(port));
    const { brand: name } = brand as { brand: string };
    await writeFile(join(folder, 'config', 'brands', `${name}.yaml`), text);
  }
}
