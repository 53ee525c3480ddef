import { readFileSync } from 'node:fs';

/** The version that package.json names. It lies two folders up from here, compiled or not. */
export function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
