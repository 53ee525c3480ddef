import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openAuditLog } from '../../src/brand/open-audit-log.ts';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { type BrandSite, createBrandSite } from '../../src/brand/brand-site.ts';
import type { BrandConfig } from '../../src/config/brand-schema.ts';
import type { Config } from '../../src/config/contract.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { createAdmission } from '../../src/http/admission/admission.ts';
import { createViews } from '../../src/interaction/views/views.ts';
import { createLog } from '../../src/log.ts';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';
import type { Store } from '../../src/store/contract.ts';
import { createTelemetry } from '../../src/telemetry/create-telemetry.ts';
import { writeConfig } from '../support/start-parley.ts';

/** A brand that cannot be served does not stop the process (a reload keeps the old one): nothing of it may stay open. */
describe('what a brand opens', () => {
  let folder: string;
  let config: Config;
  let store: Store;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-'));
    await writeConfig(folder, 3000, {});
    config = await loadConfig({
      cwd: folder,
      checks: brandChecks,
      env: { PARLEY_CONFIG: join(folder, 'config'), PARLEY_KEYS: join(folder, 'keys') },
    });
    store = createEmbeddedStore({ folder: join(folder, 'data') });
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** @returns the site, and what of it was closed, in this order */
  function open({ brand = {}, server = {} }: { brand?: Partial<BrandConfig>; server?: object } = {}) {
    const [acme] = config.brands;
    const log = createLog({ level: 'silent', destination: { write: () => undefined } });
    const closed: string[] = [];
    const telemetry = createTelemetry({ measure: false }).forBrand('acme', []);
    const site = createBrandSite({
      brand: { ...(acme as BrandConfig), ...brand },
      config: { ...config, server: { ...config.server, ...server } },
      store,
      cookieKeys: ['a-key-of-a-test-of-more-than-32-characters'],
      audit: openAuditLog({ server: config.server, cookieKeys: [], log, now: Date.now }).forBrand('acme'),
      admission: createAdmission({ log, now: Date.now }),
      loadSeal: () => Promise.reject(new Error('no secrets here')),
      views: createViews(),
      serveScript: (_ctx, next) => next(),
      log,
      now: Date.now,
      telemetry: {
        ...telemetry,
        watchDirectory: (name, directory) => ({
          ...telemetry.watchDirectory(name, directory),
          async close() {
            await directory.close();
            closed.push('directory');
          },
        }),
        close: () => void closed.push('telemetry'),
      },
    });
    return { site, closed };
  }

  test('is open while it is served, and closed with it, what was opened last first', async () => {
    const { site, closed } = open();
    const served: BrandSite = await site;
    expect(closed).toEqual([]);
    await served.directory.ping();
    await served.close();
    expect(closed).toEqual(['directory', 'telemetry']);
  });

  test('is closed where its keys cannot be made', async () => {
    const { site, closed } = open({ server: { keys: join(folder, 'config', 'accounts.yaml') } });
    await expect(site).rejects.toThrow();
    expect(closed).toEqual(['directory', 'telemetry']);
  });

  test('is closed where the library refuses a client', async () => {
    const clients = config.brands[0]?.clients.map((client) => ({ ...client, redirect_uris: ['nowhere'] }));
    const { site, closed } = open({ brand: { clients: clients ?? [] } });
    await expect(site).rejects.toThrow(/redirect_uris/);
    expect(closed).toEqual(['directory', 'telemetry']);
  });
});
