import ipaddr from 'ipaddr.js';

/**
 * What counts as one address: a household or a server has a whole /64 of IPv6 (RFC 6177). IPv4 that a dual-stack
 * listener sees as `::ffff:a.b.c.d` is IPv4.
 */
export function addressGroup(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  return address.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(':');
}
