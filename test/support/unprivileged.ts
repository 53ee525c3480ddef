import { execFileSync } from 'node:child_process';
import { chownSync } from 'node:fs';

/** Whom a server runs as that refuses to run as root, and that owns its folder. Nobody special when we are not root. */
export function unprivileged(names: readonly string[]): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of [...names, 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => idOf(flag, name));
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(`none of ${names.join(', ')} and nobody is an account of this machine`);
}

function idOf(flag: string, name: string): number | undefined {
  try {
    return Number(
      execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return undefined;
  }
}

export function giveTo(owner: { uid: number; gid: number } | undefined, ...paths: string[]): void {
  if (!owner) return;
  for (const path of paths) chownSync(path, owner.uid, owner.gid);
}
