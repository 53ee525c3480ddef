import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export const browserFolder = new URL('../browser/', import.meta.url);
const sources = new URL('../src/browser/', import.meta.url);

/** Bytes of gzip that the core with LivePerson may weigh. */
export const sizeLimit = 3000;

/** Name of each built file of the package → its text. The same sources give the same bytes. */
export async function buildBrowser(): Promise<Record<string, string>> {
  return {
    'parley.js': await bundle('classic.ts', 'iife'),
    'parley.mjs': await bundle('module.ts', 'esm'),
    'parley.d.ts': await declarations(),
  };
}

async function bundle(entry: string, format: 'iife' | 'esm'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(entry, sources))],
    bundle: true,
    format,
    target: 'es2018',
    charset: 'ascii',
    minify: true,
    legalComments: 'none',
    banner: { js: '/*! parley-browser, MIT */' },
    write: false,
    // Nothing around the project may change the result.
    tsconfigRaw: {},
  });
  return outputFiles[0]?.text ?? '';
}

/** The contract holds types alone, so its text is its own declaration. */
async function declarations(): Promise<string> {
  const contract = await readFile(new URL('contract.ts', sources), 'utf8');
  return `${contract}
/** One Parley for each issuer and client on a page. It defines LivePerson's method and identity function at once. */
export declare function createParley(options: ParleyOptions): Parley;
`;
}

export function measure(text: string): { bytes: number; gzip: number; brotli: number } {
  return {
    bytes: Buffer.byteLength(text),
    gzip: gzipSync(text, { level: 9 }).length,
    brotli: brotliCompressSync(text).length,
  };
}
