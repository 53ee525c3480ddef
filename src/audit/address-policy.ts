import { isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

/** How much of an address is written: all of it, its network (/24 of IPv4, /48 of IPv6), or nothing. */
export type AddressPolicy = 'full' | 'network' | 'none';

export function applyAddressPolicy(policy: AddressPolicy, address: string): string | undefined {
  if (policy === 'full' && isIPv4(address)) return address;
  if (policy === 'none' || !ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  if (policy === 'full') return parsed.toString();
  const bits = parsed.kind() === 'ipv4' ? 24 : 48;
  const network =
    parsed.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(`${parsed.toString()}/${bits}`)
      : ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${bits}`);
  return `${network.toString()}/${bits}`;
}
