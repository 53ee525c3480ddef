import type { ParleyOptions } from './contract.ts';

/** An answer of the page endpoints, or of the sign-in window. */
export type Answer = Record<string, string | undefined>;

export type AskIssuer = (
  endpoint: 'authorize' | 'identity' | 'sign-out' | `livechat/${string}`,
  fields?: Record<string, string>,
) => Promise<Answer | null>;

const timeLimit = 10_000;
/** Its end: a page that was frozen (a suspended device, a tab in the background) runs its timers before it reads what has come. */
const lastStretch = 1000;

/**
 * POSTs a form as a simple request (no preflight) with Parley's cookie, and with the brand's word where the page has it.
 * Rejects in words; an error answer resolves.
 */
export function createAskIssuer({
  issuer,
  client,
  assertion,
}: Pick<ParleyOptions, 'issuer' | 'client' | 'assertion'>): AskIssuer {
  return async (endpoint, fields) => {
    const hint = assertion && endpoint !== 'sign-out' && (await assertion());
    const abort = new AbortController();
    let timer = setTimeout(() => {
      timer = setTimeout(() => abort.abort(), lastStretch);
    }, timeLimit - lastStretch);
    try {
      const response = await fetch(`${issuer}/page/${endpoint}`, {
        method: 'POST',
        body: new URLSearchParams({
          client_id: client,
          ...fields,
          ...(assertion && { login_hint_token: hint || '' }),
        }),
        credentials: 'include',
        cache: 'no-store',
        redirect: 'error',
        // A brand's sign-out often leaves the page at once.
        keepalive: endpoint === 'sign-out',
        signal: abort.signal,
      });
      return await response.json();
    } catch {
      throw new Error(
        abort.signal.aborted
          ? `Parley did not answer within ${timeLimit / 1000} seconds`
          : 'Parley cannot be reached, or does not list this page for this client',
      );
    } finally {
      clearTimeout(timer);
    }
  };
}

export function describeError({ error, error_description: description, support_id: id }: Answer): string {
  return `${error}${description ? `: ${description}` : ''}${id ? ` (support id ${id})` : ''}`;
}
