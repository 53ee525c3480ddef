import { isIP } from 'node:net';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';
import type { ServerConfig } from '../server-schema.ts';

/** What the shape of server.yaml cannot say. */
export function checkServer(server: ServerConfig, { production }: { production: boolean }): Problem[] {
  return [
    ...checkTrustedProxies(server),
    ...checkStoreWait(server),
    ...checkAudit(server),
    ...(production ? checkCookieKeys(server) : []),
  ];
}

/** A command that is given up while Redis still waits would be reported as lost, though it was written. */
function checkStoreWait({ store_wait: wait, store_timeout: timeout }: ServerConfig): Problem[] {
  if (typeof wait === 'string' || wait.timeout < timeout) return [];
  return [
    error(
      ['store_wait', 'timeout'],
      'is not shorter than store_timeout',
      'write less, or raise store_timeout',
    ),
  ];
}

/** Lines of several processes that go through a log collector have no order that a chain could stand on. */
function checkAudit({ audit }: ServerConfig): Problem[] {
  if (!audit.chain || audit.to !== 'stdout') return [];
  return [error(['audit', 'chain'], 'needs a file', 'write to: with the path of a file, or remove chain')];
}

function checkTrustedProxies({ trusted_proxies: proxies }: ServerConfig): Problem[] {
  return proxies.flatMap((proxy, position) =>
    isRange(proxy)
      ? []
      : [
          error(
            ['trusted_proxies', position],
            'must be an address or a CIDR range',
            'write 10.0.0.5 or 10.0.0.0/8',
          ),
        ],
  );
}

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

/** Processes that share sessions must sign cookies with the same keys, so in production they are given. */
function checkCookieKeys({ cookie_keys: keys }: ServerConfig): Problem[] {
  if (keys.length > 0) return [];
  return [
    error(
      ['cookie_keys'],
      'is missing in production',
      'run `npx parley keys cookie` and put its answer into PARLEY_COOKIE_KEYS',
    ),
  ];
}
