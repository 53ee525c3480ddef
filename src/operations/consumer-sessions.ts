import type { AuditLog } from '../audit/audit-log.ts';
import { createBrandSite } from '../brand/brand-site.ts';
import { createSealLoader } from '../brand/load-seal.ts';
import { openConfiguredStore } from '../brand/open-configured-store.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import { createAdmission } from '../http/admission/admission.ts';
import { createViews } from '../interaction/views/views.ts';
import type { ConsumerSessions } from '../issuer/consumer-sessions.ts';
import { createRandomSecret } from '../keys/random-secret.ts';
import { createLog } from '../log.ts';
import { createTelemetry } from '../telemetry/create-telemetry.ts';

export type { ConsumerSession } from '../issuer/consumer-sessions.ts';

/**
 * A brand's sessions, beside the running server: the same issuer on the same store, which nobody can reach. What ends
 * here ends there too, and relying parties are told.
 */
export async function withConsumerSessions<T>(
  config: Config,
  { brand, audit }: { brand: BrandConfig; audit: AuditLog },
  work: (sessions: ConsumerSessions) => Promise<T>,
): Promise<T> {
  const log = createLog({ level: 'silent' });
  const store = openConfiguredStore(config, log);
  try {
    const site = await createBrandSite({
      // Its storefront would only be loaded for nothing.
      brand: { ...brand, demo: false },
      config,
      store,
      // It sees no browser.
      cookieKeys: [createRandomSecret()],
      audit: withoutKeys(audit.forBrand(brand.brand)),
      admission: createAdmission({ log, now: Date.now }),
      loadSeal: createSealLoader(config),
      views: createViews(),
      serveScript: (_ctx, next) => next(),
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
  }
}

/** This process signs nothing but logout tokens: which keys it has loaded is no event. */
function withoutKeys(audit: AuditLog): AuditLog {
  return {
    ...audit,
    record(event, facts) {
      if (event !== 'key.loaded') audit.record(event, facts);
    },
  };
}
