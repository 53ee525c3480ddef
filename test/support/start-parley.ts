import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createLog } from '../../src/log.ts';
import { createReload } from '../../src/process/reload.ts';
import { createServer, type Server } from '../../src/process/server.ts';
import type { Store } from '../../src/store/contract.ts';
import type { Telemetry } from '../../src/telemetry/contract.ts';
import { findFreePort } from './free-port.ts';
import { testAccounts, testBrand } from './test-brand.ts';

export interface StartOptions {
  /** Brand files as objects; `issuer` may say PORT. Default: one brand with the usual clients. */
  brands?: object[];
  /** PARLEY_STORE; default: embedded in the temporary folder. */
  store?: string;
  /** Instead of the one that `store` names. */
  useStore?: Store;
  telemetry?: Telemetry;
  env?: Record<string, string>;
  serverYaml?: object;
  /** Kept between two starts, to show what survives. */
  folder?: string;
  port?: number;
  now?: () => number;
}

export interface RunningParley {
  /** Of the first brand. */
  issuer: string;
  port: number;
  folder: string;
  server: Server;
  /** Parsed lines of the log. */
  log: Record<string, unknown>[];
  /** Reads the configuration again, as a changed file or SIGHUP does. */
  reload(): Promise<void>;
  /** Writes a brand's file, or writes over it; `issuer` may say PORT. */
  writeBrand(brand: object): Promise<void>;
  stop(options?: { keepFolder?: boolean }): Promise<void>;
}

/** Of server.yaml, where nobody takes Redis away, as from no Parley in the test's process: what is late is the machine. */
export const patient = { store_timeout: 20_000 };

/** A whole Parley in this process: real configuration files, real keys, real HTTP on a free port. */
export async function startParley(options: StartOptions = {}): Promise<RunningParley> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'parley-')));
  const port = options.port ?? (await findFreePort());
  const serverYaml = options.store ? { ...patient, ...options.serverYaml } : options.serverYaml;
  await writeConfig(folder, port, { ...options, ...(serverYaml && { serverYaml }) });
  const load = () =>
    loadConfig({
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
  const config = await load();
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    level: config.server.log_level,
    destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
  });
  const server = await createServer({
    config,
    log,
    ...(options.useStore && { store: options.useStore }),
    ...(options.telemetry && { telemetry: options.telemetry }),
    ...(options.now && { now: options.now }),
  });
  const reload = createReload({ started: config, load, server, log });
  await server.listen();
  return {
    issuer: config.brands[0]?.issuer ?? '',
    port,
    folder,
    server,
    log: lines,
    reload: () => reload('the test'),
    writeBrand: (brand) => writeBrand(folder, port, brand),
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
    await writeBrand(folder, port, brand);
  }
}

async function writeBrand(folder: string, port: number, brand: object): Promise<void> {
  const text = stringify(brand).replaceAll('PORT', String(port));
  const { brand: name } = brand as { brand: string };
  await writeFile(join(folder, 'config', 'brands', `${name}.yaml`), text);
}
