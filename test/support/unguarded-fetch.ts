/** Loopback is refused to the issuer's own requests; this leaves the guard out. */
export const unguardedFetch = ((
  url: string,
  { dispatcher: _guard, ...init }: RequestInit & { dispatcher?: unknown } = {},
) => fetch(url, init)) as typeof fetch;
