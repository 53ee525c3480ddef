import type { Config } from '../config/contract.ts';
import type { Log } from '../log.ts';
import type { Store } from '../store/contract.ts';
import { openStore } from '../store/open-store.ts';

/** The store that the configuration names. */
export function openConfiguredStore(
  { server }: Pick<Config, 'server'>,
  log: Log,
  onCommand?: () => void,
): Store {
  return openStore(server.store, {
    timeout: server.store_timeout,
    prefix: server.store_prefix,
    layout: server.store_layout,
    wait: server.store_wait,
    log,
    onCommand,
  });
}
