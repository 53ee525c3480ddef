import { CheckFailure } from './check-failure.ts';

/** The consumer's browser as far as HTTP goes: a cookie jar, forms, redirects. It visits the issuer and nobody else. */
export interface Browser {
  /** Goes there and on, until the browser would leave the issuer, or `stop` holds, or a page is shown. */
  visit(url: string | URL, stop: Stop): Promise<Visit>;
  submit(url: string | URL, form: Record<string, string>, stop: Stop): Promise<Visit>;
  /** A fetch of a script on a page of the brand: cookies, no navigation. */
  fetchFrom(origin: string, path: string, form: Record<string, string>): Promise<Response>;
}

type Stop = (url: URL) => boolean;

export type Visit =
  /** The address that was not opened: the client's own, or a stranger's. */
  | { kind: 'left'; url: URL; isExpected: boolean }
  | { kind: 'page'; url: URL; status: number; html: string; supportId: string };

export interface BrowserOptions {
  issuer: string;
  fetch: typeof globalThis.fetch;
  /** A Cookie header that a real browser was seen with. */
  cookie?: string | undefined;
}

const patience = 15_000;
const mostRedirects = 12;

export function createBrowser({ issuer, fetch, cookie }: BrowserOptions): Browser {
  const { origin } = new URL(issuer);
  const jar = createJar(cookie);

  async function send(
    url: URL,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> },
  ): Promise<Response> {
    const cookies = jar.header(url.pathname);
    let response: Response;
    try {
      response = await fetch(url, {
        ...init,
        redirect: 'manual',
        signal: AbortSignal.timeout(patience),
        headers: { accept: 'text/html', ...init.headers, ...(cookies && { cookie: cookies }) },
      });
    } catch (cause) {
      throw explainSilence(url, cause);
    }
    for (const line of response.headers.getSetCookie()) jar.take(line, url.pathname);
    return response;
  }

  async function follow(first: Response, from: URL, stop: Stop): Promise<Visit> {
    let response = first;
    let url = from;
    for (let hop = 0; hop < mostRedirects; hop += 1) {
      const location = response.headers.get('location');
      if (location === null || response.status < 300 || response.status > 399) {
        const supportId = response.headers.get('x-request-id') ?? 'none';
        return { kind: 'page', url, status: response.status, html: await response.text(), supportId };
      }
      url = new URL(location, url);
      if (stop(url)) return { kind: 'left', url, isExpected: true };
      if (url.origin !== origin) return { kind: 'left', url, isExpected: false };
      response = await send(url, {});
    }
    throw new CheckFailure(`the browser is redirected in a circle at ${url.pathname}`, 'look at the proxy');
  }

  return {
    async visit(address, stop) {
      const url = new URL(address);
      return follow(await send(url, {}), url, stop);
    },
    async submit(address, form, stop) {
      const url = new URL(address);
      // A password must not go anywhere else.
      if (url.origin !== origin) throw new CheckFailure(`a form leads to ${url.origin}`, notOurPage);
      const init = { method: 'POST', body: new URLSearchParams(form), headers: { origin } };
      return follow(await send(url, init), url, stop);
    },
    fetchFrom: (page, path, form) =>
      send(new URL(`${issuer}${path}`), {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { accept: 'application/json', origin: page },
      }),
  };
}

export const notOurPage =
  'the address of the issuer must lead to Parley: look at the proxy, and at what else is published under this name';

export function explainSilence(url: URL, cause: unknown): CheckFailure {
  const { code, name } = ((cause as Error).cause ?? cause) as { code?: string; name?: string };
  return new CheckFailure(
    `${url.origin} does not answer (${code ?? name ?? 'no reason given'})`,
    'start the server, and see that its name and certificate are right from here (a private authority: NODE_EXTRA_CA_CERTS)',
  );
}

/** Names, values and paths; everything else about cookies is of no use here. */
function createJar(given: string | undefined) {
  const cookies = new Map<string, { value: string; path: string }>();
  for (const pair of given?.split(/;\s*/) ?? []) keep(pair, '/');

  function keep(pair: string, path: string): void {
    const at = pair.indexOf('=');
    if (at > 0) cookies.set(pair.slice(0, at).trim(), { value: pair.slice(at + 1).trim(), path });
  }
  return {
    header: (path: string) =>
      [...cookies]
        .filter(([, cookie]) => path === cookie.path || path.startsWith(cookie.path.replace(/\/?$/, '/')))
        .map(([name, { value }]) => `${name}=${value}`)
        .join('; '),
    take(line: string, requestPath: string): void {
      const [pair = '', ...attributes] = line.split(/;\s*/);
      const find = (name: string) =>
        attributes.find((item) => item.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
      const expires = find('expires');
      const isGone = pair.endsWith('=') || (expires !== undefined && Date.parse(expires) < Date.now());
      if (isGone) cookies.delete(pair.slice(0, pair.indexOf('=')));
      else keep(pair, find('path') ?? requestPath);
    },
  };
}
