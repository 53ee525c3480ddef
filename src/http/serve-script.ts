import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Context, Middleware } from 'koa';

/** The published package: built from src/browser, and the same files that npm delivers. */
const folder = new URL('../../browser/', import.meta.url);

/** Seconds. A new version reaches every page soon, and busy pages do not ask each time. */
const maxAge = 600;

interface Script {
  etag: string;
  bodies: Record<'identity' | 'gzip' | 'br', Buffer>;
}

const paths = ['/parley.js', '/parley.mjs', '/parley-livechat.js', '/parley-livechat.mjs'];

/**
 * GET /parley.js, /parley-livechat.js and their modules: the scripts that brands' pages embed. Everybody may load
 * them, from any origin: they are public and the same for all brands, and learn their issuer from their own address.
 * That costs no store operation and reads no cookie.
 */
export function createServeScript(): Middleware {
  const scripts = new Map(paths.map((path) => [path, loadScript(path)]));
  return (ctx, next) => {
    const script = scripts.get(ctx.path);
    return script && ['GET', 'HEAD'].includes(ctx.method) ? answer(ctx, script) : next();
  };
}

function answer(ctx: Context, script: Script): void {
  ctx.set({
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Cache-Control': `public, max-age=${maxAge}`,
    ETag: script.etag,
  });
  ctx.vary('Accept-Encoding');
  ctx.status = 200;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const encoding = ctx.acceptsEncodings('br', 'gzip', 'identity');
  const isPacked = encoding === 'br' || encoding === 'gzip';
  if (isPacked) ctx.set('Content-Encoding', encoding);
  ctx.type = 'text/javascript; charset=utf-8';
  ctx.body = script.bodies[isPacked ? encoding : 'identity'];
}

function loadScript(path: string): Script {
  const text = readFileSync(new URL(`.${path}`, folder));
  return {
    // Weak: one for all encodings.
    etag: `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`,
    bodies: { identity: text, gzip: gzipSync(text, { level: 9 }), br: brotliCompressSync(text) },
  };
}
