import { type Redis, SentinelConnector, type SentinelConnectionOptions } from 'ioredis';
import type { HostAddress } from './redis-url.ts';

/**
 * The library's way to the master that the Sentinels name. What it hears of a Sentinel that does not answer it writes
 * to the console, again and again; here it is told.
 *
 * @param lost which Sentinel, as host:port
 */
export function sentinelConnector(lost: (error: unknown, sentinel: string) => void) {
  return class extends SentinelConnector {
    constructor(options: unknown) {
      super(options as SentinelConnectionOptions);
      const connectTo: Connect = this['connectToSentinel'].bind(this);
      this['connectToSentinel'] = (...[address, more]: Parameters<Connect>) => {
        const client = connectTo(address, more);
        client.on('error', (error) => lost(error, `${address.host}:${address.port}`));
        return client;
      };
    }
  };
}

type Connect = (address: HostAddress, more?: object) => Redis;
