import { createBrandSite } from '../brand/brand-site.ts';
import { createSealLoader } from '../brand/load-seal.ts';
import { openAuditLog } from '../brand/open-audit-log.ts';
import { openConfiguredStore } from '../brand/open-configured-store.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import { createViews } from '../interaction/views/views.ts';
import type { ConsumerSessions } from '../issuer/consumer-sessions.ts';
import { loadCookieKeys } from '../keys/cookie-keys.ts';
import { createLog } from '../log.ts';
import { createTelemetry } from '../telemetry/create-telemetry.ts';

export type { ConsumerSession } from '../issuer/consumer-sessions.ts';

/**
 * A brand's sessions, beside the running server: the same issuer on the same store, which nobody can reach. What ends
 * here ends there too, and relying parties are told.
 */
export async function withConsumerSessions<T>(
  config: Config,
  brand: BrandConfig,
  work: (sessions: ConsumerSessions) => Promise<T>,
): Promise<T> {
  // Among a command's output nobody would look for a log: only an audit log in a file gets its lines.
  const log = createLog({ level: 'silent', destination: { write() {} } });
  const { server } = config;
  const cookieKeys =
    server.cookie_keys.length > 0
      ? server.cookie_keys
      : await loadCookieKeys({ folder: server.keys, create: !config.production });
  const audit = openAuditLog({ server, cookieKeys, log, now: Date.now });
  const store = openConfiguredStore(config, log);
  try {
    const site = await createBrandSite({
      // Its storefront would only be loaded for nothing.
      brand: { ...brand, demo: false },
      config,
      store,
      cookieKeys,
      audit: audit.forBrand(brand.brand),
      loadSeal: createSealLoader(config),
      views: createViews(),
      serveScript: (_ctx, next) => next(),
      admission: { run: (_standing, request) => request() },
      log,
      now: Date.now,
      telemetry: createTelemetry({ measure: false }).forBrand(brand.brand, []),
    });
    try {
      return await work(site.sessions);
    } finally {
      await site.close();
    }
  } finally {
    await store.close();
    audit.close();
  }
}
