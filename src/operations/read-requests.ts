import type { Config } from '../config/contract.ts';
import { createRequestLog, type LoggedRequest } from '../issuer/request-log.ts';
import { createLog } from '../log.ts';
import { openConfiguredStore } from '../brand/open-configured-store.ts';

export type { LoggedRequest } from '../issuer/request-log.ts';

/** A client's last requests, oldest first, out of the store that the running server writes to. */
export async function readRequests(
  config: Config,
  { brand, clientId }: { brand: string; clientId: string },
): Promise<LoggedRequest[]> {
  const log = createLog({ level: 'silent' });
  const store = openConfiguredStore(config, log);
  try {
    return await createRequestLog({ store: store.forBrand(brand), log }).list(clientId);
  } finally {
    await store.close();
  }
}
