import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../documentation.ts';

/**
 * Every path that the server's sources name, with `:name` where something varies. An endpoint that somebody adds is
 * fuzzed without being listed anywhere; a text that is no path costs some requests that find nothing.
 */
export function findPaths(): string[] {
  const src = join(root, 'src');
  const paths = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(?:browser|cli|twin|config)\//.test(file))
    .flatMap((file) => [...readFileSync(join(src, file), 'utf8').matchAll(/['`](\/[a-z.][\w.:/${}-]*)['`]/g)])
    .map(([, path = '']) => path.replaceAll(/\$\{[\w.]*\}/g, ':part'));
  return [...new Set(paths)].toSorted();
}

/** Below the issuer: what its own discovery document and the library's defaults add. */
export function findDiscovered(document: Record<string, unknown>, issuer: string): string[] {
  return Object.entries(document)
    .filter(([name, value]) => /_(?:endpoint|uri)$/.test(name) && String(value).startsWith(issuer))
    .map(([, value]) => new URL(String(value)).pathname);
}
