import { Redis, type RedisOptions } from 'ioredis';
import { clientOptions, retryDelay } from './client-options.ts';
import type { Delivery } from './command.ts';
import { expectAnswers } from './expect-answers.ts';
import type { Lane } from './lane.ts';
import type { RedisAddress } from './redis-url.ts';
import { sentinelConnector } from './sentinel-connector.ts';
import type { Watch } from './watch.ts';

export type OneMasterAddress = Exclude<RedisAddress, { kind: 'cluster' }>;

/** One master: the server of the address, or whichever the Sentinels name now. */
export function openSingleLane(address: OneMasterAddress, timeout: number, watch: Watch): Lane {
  const client = new Redis({
    ...whereabouts(address, timeout, watch),
    ...clientOptions(address, timeout),
    db: address.db,
    enableOfflineQueue: false,
    retryStrategy: retryDelay,
  });
  expectAnswers(client, timeout);
  client.on('error', watch.lost);
  client.on('close', () => watch.lost());
  client.on('ready', watch.connected);
  let isOpen = true;
  // A failover that is told while the library asks a Sentinel for the master makes it give up, for good.
  client.on('end', () => {
    setTimeout(() => {
      if (isOpen) client.connect().catch(() => {});
    }, retryDelay(1));
  });
  let isSettled = false;
  const settled = firstAttempt(client, timeout).finally(() => {
    isSettled = true;
  });

  return {
    // Every command of every request passes here: it does not wait for what is long over.
    send: (_key, work) => (isSettled ? work(client, plainly) : settled.then(() => work(client, plainly))),
    async masters() {
      await settled;
      return [client];
    },
    async close() {
      isOpen = false;
      if (client.status === 'ready') await client.quit().catch(() => {});
      // Also after a farewell: the connections that listen to Sentinels end only here.
      client.disconnect();
    },
  };
}

const plainly: Delivery = {};

function whereabouts(
  address: OneMasterAddress,
  timeout: number,
  { lostNode }: Watch,
): Omit<RedisOptions, 'replyMapping'> {
  if (address.kind === 'single') return address.host;
  const { sentinels, master, sentinel, tls } = address;
  return {
    sentinels,
    name: master,
    role: 'master',
    Connector: sentinelConnector(lostNode),
    // Without it writes go on to a demoted master, which accepts and then forgets them.
    failoverDetector: true,
    sentinelRetryStrategy: retryDelay,
    sentinelReconnectStrategy: () => 5000,
    sentinelCommandTimeout: timeout,
    ...(sentinel.username && { sentinelUsername: sentinel.username }),
    ...(sentinel.password && { sentinelPassword: sentinel.password }),
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
  };
}

/** A store that was created a moment ago is still connecting: its first commands wait for that one attempt. */
function firstAttempt(client: Redis, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeout).unref();
    for (const event of ['ready', 'close'] as const) {
      client.once(event, () => {
        clearTimeout(timer);
        resolve();
      });
    }
  });
}
