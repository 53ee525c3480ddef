/** A browser as far as HTTP goes: a cookie jar, redirects by hand, forms. */
export class Visitor {
  readonly cookies = new Map<string, { value: string; path: string }>();
  private readonly fetch: typeof fetch;

  /** @param fetch how this browser reaches hosts; default: as they resolve */
  constructor(fetch: typeof globalThis.fetch = globalThis.fetch) {
    this.fetch = fetch;
  }

  async get(url: string | URL, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(url, { headers });
  }

  async post(
    url: string | URL,
    form: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.send(url, { method: 'POST', body: new URLSearchParams(form), headers });
  }

  async send(
    url: string | URL,
    init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> },
  ): Promise<Response> {
    const target = new URL(url);
    const cookie = this.cookieHeader(target.pathname);
    const response = await this.fetch(target, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...init.headers, ...(cookie && { cookie }) },
    });
    for (const line of response.headers.getSetCookie()) this.take(line, target.pathname);
    return response;
  }

  /** Follows redirects while they stay at `origin`; answers the first response that does not, or that is a page. */
  async follow(response: Response, origin: string): Promise<{ response: Response; url: URL }> {
    let current = response;
    let url = new URL(response.url);
    for (let step = 0; step < 12; step += 1) {
      const location = current.headers.get('location');
      if (!location) return { response: current, url };
      url = new URL(location, url);
      if (url.origin !== origin || !isOfIssuer(url.pathname)) return { response: current, url };
      current = await this.get(url);
    }
    throw new Error('redirected too often');
  }

  private cookieHeader(path: string): string {
    return [...this.cookies]
      .filter(([, cookie]) => path === cookie.path || path.startsWith(cookie.path.replace(/\/?$/, '/')))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  private take(line: string, requestPath: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const value = pair.slice(at + 1);
    const find = (key: string) =>
      attributes.find((item) => item.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
    const expires = find('expires');
    if (!value || (expires && Date.parse(expires) < Date.now())) this.cookies.delete(name);
    else this.cookies.set(name, { value, path: find('path') ?? requestPath });
  }

  /** The same cookies in a second window of the same browser. */
  clone(fetch = this.fetch): Visitor {
    const twin = new Visitor(fetch);
    for (const [name, cookie] of this.cookies) twin.cookies.set(name, { ...cookie });
    return twin;
  }
}

/** Relying parties of the tests may live at the issuer's own origin, below these paths. */
function isOfIssuer(path: string): boolean {
  return !/\/(callback|window)$/.test(path);
}

/** The fields of the first form of a page. */
export function readForm(html: string): { action: string; fields: Record<string, string> } {
  const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1] ?? '';
  const fields = [...html.matchAll(/<input[^>]*>/g)].map(([tag]) => [
    /name="([^"]*)"/.exec(tag)?.[1] ?? '',
    decode(/value="([^"]*)"/.exec(tag)?.[1] ?? ''),
  ]);
  return { action: decode(action), fields: Object.fromEntries(fields.filter(([name]) => name)) };
}

function decode(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
