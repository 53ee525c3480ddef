/** What the server has given: cookies by browser, and every id, code and token that an answer showed. */
export function createBrowsers(count = 16) {
  const jars = Array.from({ length: count }, () => new Map<string, string>());
  const own = Array.from({ length: count }, () => ({ interaction: 'x', csrf: 'x' }));
  const given: string[] = [];
  let next = 0;

  function keep(value: string): void {
    given[next % 4096] = value;
    next += 1;
  }

  return {
    cookiesOf: (browser: number): string =>
      [...(jars[browser % count] ?? [])].map(([name, value]) => `${name}=${value}`).join('; '),

    /** Of the page that this browser saw last. */
    ownOf: (browser: number, name: 'interaction' | 'csrf'): string => own[browser % count]?.[name] ?? 'x',

    find: (number: number): string => given[number % Math.max(1, given.length)] ?? '',

    learn(browser: number, headers: Record<string, string | string[] | undefined>, body: string): void {
      const jar = jars[browser % count];
      for (const line of [headers['set-cookie'] ?? []].flat()) {
        const [pair = ''] = line.split(';');
        const at = pair.indexOf('=');
        // Each browser stays small: an ever longer Cookie header would be refused, and nothing else be tried.
        const name = pair.slice(0, at);
        if (jar && (jar.size < 12 || jar.has(name))) jar.set(name, pair.slice(at + 1));
      }
      const location = String(headers['location'] ?? '');
      for (const [, value] of location.matchAll(/(?:interaction\/|auth\/|code=|id_token=)([\w.-]{20,})/g))
        if (value) keep(value);
      const mine = own[browser % count];
      const at = /\/interaction\/([\w-]{20,})/.exec(`${location} ${body}`)?.[1];
      const csrf = /name="csrf" value="([^"]+)"/.exec(body)?.[1];
      if (mine && at) mine.interaction = at;
      if (mine && csrf) mine.csrf = csrf;
      const shown =
        /"(?:code|access_token|refresh_token|id_token|request_uri)":"([^"]+)"|name="(?:csrf|xsrf)" value="([^"]+)"/g;
      for (const [, token, field] of body.matchAll(shown)) keep(token ?? field ?? '');
    },
  };
}

export type Browsers = ReturnType<typeof createBrowsers>;
