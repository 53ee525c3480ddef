import type { Context } from 'koa';
import { setAnswerPolicy } from './answer-policy.ts';

export interface PagePolicy {
  /** `sha256-…` of the page's style element. */
  styleHash?: string;
  /** `sha256-…` of the page's one script; most pages have none. */
  scriptHash?: string;
  /**
   * Where a form of the page may lead in the end. Chromium applies `form-action` to every redirect after a
   * submission, so the client's redirect URI must be among them or the browser stops on the way.
   */
  formTargets?: readonly string[];
}

/** The Content-Security-Policy of a page that a consumer sees: no script, no frame, nothing from elsewhere. */
export function setPagePolicy(ctx: Context, { styleHash, scriptHash, formTargets = [] }: PagePolicy): void {
  const targets = [...new Set(formTargets.map(sourceOf).filter((source) => source !== undefined))];
  const directives = [
    `default-src 'none'`,
    `style-src ${styleHash ? `'${styleHash}'` : `'none'`}`,
    ...(scriptHash ? [`script-src '${scriptHash}'`] : []),
    `form-action 'self'${targets.map((target) => ` ${target}`).join('')}`,
    `frame-ancestors 'none'`,
    `base-uri 'none'`,
  ];
  setAnswerPolicy(ctx);
  ctx.set('Content-Security-Policy', directives.join('; '));
  ctx.set('Cache-Control', 'no-store');
}

/** An origin, or the scheme of an app's redirect URI. A source that is not surely one token is left out. */
function sourceOf(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (!url) return undefined;
  const source = url.origin === 'null' ? url.protocol : url.origin;
  return /^[a-z0-9+.-]+:(\/\/[^\s;,'"]+)?$/i.test(source) ? source : undefined;
}
