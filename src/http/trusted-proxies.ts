import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { LRUCache } from 'lru-cache';

/**
 * Believes X-Forwarded-For and X-Forwarded-Proto only when the connection itself comes from a trusted proxy,
 * and of the address list only the part that trusted proxies wrote: the right-most address that is not one of
 * them. X-Forwarded-Host is never believed: brands are chosen by Host, which a proxy has to pass on unchanged.
 *
 * Called with each request before anything reads it. The application must run with `proxy = true`, so that `ctx.ip` and
 * `ctx.secure` read what is left here.
 */
export function trustProxies(trusted: readonly string[]): (request: IncomingMessage) => void {
  const isTrusted = createAddressMatcher(trusted);
  return ({ headers, socket }) => {
    drop(headers, 'x-forwarded-host');
    if (isTrusted(socket.remoteAddress ?? '')) {
      const chain = listOf(headers['x-forwarded-for']).map(withoutPort);
      const client = chain.findLast((address) => !isTrusted(address)) ?? chain[0];
      if (client && isIP(client)) headers['x-forwarded-for'] = client;
      else delete headers['x-forwarded-for'];
      const protocol = listOf(headers['x-forwarded-proto']).at(-1);
      if (protocol) headers['x-forwarded-proto'] = protocol;
    } else {
      drop(headers, 'x-forwarded-for');
      drop(headers, 'x-forwarded-proto');
    }
  };
}

/** Deleting what is not there takes V8 several times as long as looking. */
function drop(headers: IncomingHttpHeaders, name: string): void {
  if (headers[name] !== undefined) delete headers[name];
}

function listOf(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

/** Some gateways write the port of the connection behind the address. */
function withoutPort(address: string): string {
  return /^\[([^\]]+)\]/.exec(address)?.[1] ?? address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}

function createAddressMatcher(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  if (entries.length === 0) return () => false;
  const known = new LRUCache<string, boolean>({ max: 1000 });
  const check = (address: string): boolean => {
    // A dual-stack listener sees IPv4 peers as ::ffff:a.b.c.d.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
    return isIP(plain) !== 0 && list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
  };
  return (address) => {
    const before = known.get(address);
    if (before !== undefined) return before;
    const answer = check(address);
    known.set(address, answer);
    return answer;
  };
}
