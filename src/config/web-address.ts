/** What several rules ask about an address. */
// As a URL writes them, and ::1 as HOST may say it.
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

export function isLoopbackHost(hostname: string): boolean {
  return loopbackHosts.has(hostname);
}

/** https, or http that never leaves the machine. */
export function isProtected(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

export function hasCredentials(url: URL): boolean {
  return url.username !== '' || url.password !== '';
}
