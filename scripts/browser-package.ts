import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export const browserFolder = new URL('../browser/', import.meta.url);
const sources = new URL('../src/browser/', import.meta.url);

/** Properties that only the script's own files know: no page, no platform and no browser reads them. */
const ownNames =
  /^(?:beginTurn|createChat|findWaiting|getAuthenticationToken|isRequired|isSigningIn|refuseAll|waitFor)$/;

/** Bytes of gzip that a page may be asked to carry for each platform. */
export const sizeLimits = { 'parley.js': 3000, 'parley-livechat.js': 3000 } as const;

/** Name of each built file of the package → its text. The same sources give the same bytes. */
export async function buildBrowser(): Promise<Record<string, string>> {
  return {
    'parley.js': await bundle('classic.ts', 'iife'),
    'parley.mjs': await bundle('module.ts', 'esm'),
    'parley.d.ts': await declarations(),
    'parley-livechat.js': await bundle('livechat-classic.ts', 'iife'),
    'parley-livechat.mjs': await bundle('livechat-module.ts', 'esm'),
    'parley-livechat.d.ts': await liveChatDeclarations(),
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
    mangleProps: ownNames,
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

async function liveChatDeclarations(): Promise<string> {
  const contract = await readFile(new URL('livechat-contract.ts', sources), 'utf8');
  return `${contract.replaceAll("'./contract.ts'", "'./parley.js'")}
/** One Parley for each issuer and client on a page. LiveChat's widget is left to the page. */
export declare function createLiveChat(options: ParleyLiveChatOptions): ParleyLiveChat;
`;
}

export function measure(text: string): { bytes: number; gzip: number; brotli: number } {
  return {
    bytes: Buffer.byteLength(text),
    gzip: gzipSync(text, { level: 9 }).length,
    brotli: brotliCompressSync(text).length,
  };
}
