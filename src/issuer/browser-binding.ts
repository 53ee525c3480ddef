import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, Middleware, Next } from 'koa';
import { errors } from 'oidc-provider';
import type { BrandCookies } from './cookies.ts';
import type { FindResumed } from './resumed-interaction.ts';

/**
 * Ties an interaction to the browser that began it. The library's own resume cookie is scoped to a path and
 * can be planted from a sibling subdomain: an attacker would finish a sign-in and hand its last step to a
 * victim, who would then chat as the attacker. Each browser carries one secret of its own (`__Host-` where the
 * issuer owns its host); its hash is stored with the interaction's result and compared before the resume.
 *
 * A brand on a path cannot have a `__Host-` cookie: there the binding is only as strong as its host's
 * subdomains (docs/architecture.md says so).
 */
export interface BrowserBinding {
  /** Gives the browser its secret when it has none. */
  ensure(ctx: Context): void;
  /** The hash of the browser's secret; undefined when it carries none. */
  find(ctx: Context): string | undefined;
  /** Refuses a resume in another browser than the one that finished the interaction. */
  checkResume(findResumed: FindResumed): Middleware;
}

export function createBrowserBinding(cookies: BrandCookies): BrowserBinding {
  const find = (ctx: Context): string | undefined => {
    const secret = ctx.cookies.get(cookies.binding, { signed: true });
    return secret ? createHash('sha256').update(secret).digest('base64url') : undefined;
  };
  return {
    find,
    ensure(ctx) {
      if (find(ctx)) return;
      const secret = randomBytes(24).toString('base64url');
      ctx.cookies.set(cookies.binding, secret, { ...cookies.long, path: cookies.long.path ?? '/' });
    },
    checkResume(findResumed) {
      return async (ctx: Context, next: Next) => {
        const interaction = await findResumed(ctx);
        const result = interaction?.result as { browser?: string } | undefined;
        if (result && !isSame(result.browser, find(ctx))) {
          throw new errors.SessionNotFound('the sign-in was finished in another browser');
        }
        await next();
      };
    },
  };
}

function isSame(expected: string | undefined, actual: string | undefined): boolean {
  if (!expected || !actual || expected.length !== actual.length) return false;
  return timingSafeEqual(Buffer.from(expected), Buffer.from(actual));
}
