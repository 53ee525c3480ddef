import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { OutboundError } from './outbound-error.ts';

/**
 * Whether an IP address belongs to the public internet: what the registries of special-purpose addresses
 * (IANA, RFC 6890) leave over. An IPv4 address inside an IPv6 one (::ffff:10.0.0.1) counts as itself; the
 * translating prefixes (NAT64, 6to4, Teredo) can lead inside and are refused whole.
 */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(plain) && ipaddr.process(plain).range() === 'unicast';
}

/** Node's name look-up, which fails when any address of the name leads inside. Asked for each connection, so that a name which changes its address meanwhile (rebinding) gains nothing. */
export const lookupPublicAddress: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const inside = addresses.find(({ address }) => !isPublicAddress(address));
    if (inside) return callback(refuseAddress(hostname), '');
    if (options.all) return callback(null, addresses);
    const [first] = addresses as [LookupAddress];
    callback(null, first.address, first.family);
  });
};

export function refuseAddress(hostname: string): OutboundError {
  return new OutboundError(
    'address_refused',
    `${hostname} leads into the private network, and the configuration does not name this host`,
  );
}
