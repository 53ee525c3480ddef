import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error, warning } from '../problem.ts';

/** An entry is what stands between `https://` and the path of a client's address, as a URL writes it. */
export function checkInternalHosts({ internal_hosts, clients }: BrandConfig): Problem[] {
  const named = new Set(
    clients
      .flatMap(({ jwks_uri, backchannel_logout_uri }) => [jwks_uri, backchannel_logout_uri])
      .map((address) => (address === undefined ? undefined : URL.parse(address)?.host)),
  );
  return internal_hosts.flatMap((host, index) => {
    const path = ['internal_hosts', index];
    if (URL.parse(`https://${host}`)?.host !== host)
      return [error(path, 'is not a host', 'write crm.your-brand.internal, or with its port :8443')];
    if (!named.has(host))
      return [warning(path, "is named by no client's jwks_uri or backchannel_logout_uri", 'take it out')];
    return [];
  });
}
