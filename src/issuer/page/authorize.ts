import type { Next } from 'koa';
import { findLoginHint } from './find-login-hint.ts';
import { type PageCall, refuse } from './page-call.ts';
import type { PageRequests } from './page-requests.ts';

/**
 * `/page/authorize`: hands the form to the library's authorization pipeline as a silent request whose answer is
 * JSON, so that every check of the library still runs.
 */
export async function authorize(
  requests: PageRequests,
  { ctx, page, form }: PageCall,
  next: Next,
): Promise<void> {
  const fault = findFault(form);
  if (fault) {
    refuse(ctx, 400, 'invalid_request', fault);
    return;
  }
  requests.mark(ctx, {
    page,
    expectedSubject: form.get('expected_sub') ?? undefined,
    loginHintToken: findLoginHint(form),
  });
  for (const name of ownParameters) form.delete(name);
  for (const [name, value] of Object.entries(fixedParameters)) form.set(name, value);
  ctx.method = 'GET';
  ctx.path = '/auth';
  ctx.querystring = form.toString();
  await next();
}

/** Ours, not the library's. */
const ownParameters = ['expected_sub', 'login_hint_token'];

const fixedParameters = { prompt: 'none', response_mode: 'json' };

/** What would lead the answer elsewhere. */
function findFault(form: URLSearchParams): string | undefined {
  for (const [name, value] of Object.entries(fixedParameters)) {
    if (form.getAll(name).some((given) => given !== value)) return `${name} can only be ${value} here`;
  }
  // Inside these stand parameters of their own, a response mode among them.
  if (form.has('request') || form.has('request_uri')) return 'request and request_uri are not accepted here';
  return undefined;
}
