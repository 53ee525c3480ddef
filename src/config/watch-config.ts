import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileStamp, fileStampNow } from '../file-stamp.ts';
import { configFolder, type Surroundings } from './config-folder.ts';

/**
 * Notices that a file of the configuration is another one. It looks instead of listening: events of the file
 * system do not arrive on network and container mounts, and are lost where an editor or Kubernetes (`..data`)
 * replaces a file by renaming.
 */
export interface ConfigWatch {
  /** A file outside the folder that the configuration depends on; to be called before it is read. */
  add(path: string): void;
  /** @param onChange called once the files have been the same for two looks; the next look waits for it */
  start(onChange: () => Promise<void>): void;
  stop(): void;
}

export interface ConfigWatchOptions extends Surroundings {
  /** Milliseconds between two looks. */
  pause?: number;
}

type Stamps = ReadonlyMap<string, string>;

const none = 'none';

/** Files as they are now are the ones in force. */
export async function createConfigWatch(options: ConfigWatchOptions): Promise<ConfigWatch> {
  const { cwd, pause = 1000 } = options;
  const folder = configFolder(options);
  const added = new Set<string>();
  const inForce = new Map(await stampFolder(folder));
  let before: Stamps = inForce;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(onChange: () => Promise<void>): Promise<void> {
    const stamps = new Map([...(await stampFolder(folder)), ...(await stampFiles([...added]))]);
    const isSettled = isSame(stamps, before);
    before = stamps;
    if (!isSettled || isSame(stamps, inForce)) return;
    inForce.clear();
    for (const [path, stamp] of stamps) inForce.set(path, stamp);
    await onChange();
  }

  return {
    add(path) {
      const file = resolve(cwd, path);
      added.add(file);
      if (!inForce.has(file)) inForce.set(file, fileStampNow(file) ?? none);
    },
    start(onChange) {
      const again = () => {
        if (stopped) return;
        timer = setTimeout(() => void look(onChange).finally(again), pause).unref();
      };
      again();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** server.yaml and brands/*.yaml, through symbolic links. */
async function stampFolder(folder: string): Promise<Stamps> {
  const brands = join(folder, 'brands');
  const names = await readdir(brands).catch(() => []);
  const files = names.filter((name) => name.endsWith('.yaml')).map((name) => join(brands, name));
  return stampFiles([join(folder, 'server.yaml'), ...files]);
}

async function stampFiles(paths: readonly string[]): Promise<Stamps> {
  return new Map(
    await Promise.all(paths.map(async (path) => [path, (await fileStamp(path)) ?? none] as const)),
  );
}

function isSame(a: Stamps, b: Stamps): boolean {
  return a.size === b.size && [...a].every(([path, stamp]) => b.get(path) === stamp);
}
