import type { Config } from './config/contract.ts';
import { createRequestLog, type LoggedRequest } from './issuer/request-log.ts';
import { createLog } from './log.ts';
import { openStore } from './store/open-store.ts';

export type { LoggedRequest } from './issuer/request-log.ts';

/** A client's last requests, oldest first, out of the store that the running server writes to. */
export async function readRequests(
  { server }: Config,
  { brand, clientId }: { brand: string; clientId: string },
): Promise<LoggedRequest[]> {
  const log = createLog({ level: 'silent' });
  const store = openStore(server.store, { timeout: server.store_timeout, log });
  try {
    return await createRequestLog({ store: store.forBrand(brand), log }).list(clientId);
  } finally {
    await store.close();
  }
}
