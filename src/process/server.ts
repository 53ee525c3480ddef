import type Koa from 'koa';
import { personalClaims } from '../claims/personal-claims.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import type { LogSettings } from '../config/server-schema.ts';
import { isLoopbackHost } from '../config/web-address.ts';
import { createWriteAccessLine } from '../http/access-log.ts';
import { createAdmission } from '../http/admission/admission.ts';
import { createServeDocuments } from '../http/documents/serve-documents.ts';
import { createServeScript } from '../http/serve-script.ts';
import { trustProxies } from '../http/trusted-proxies.ts';
import { createPages } from '../interaction/pages.ts';
import { createViews } from '../interaction/views/views.ts';
import type { Seal } from '../keys/seal.ts';
import { loadCookieKeys } from '../keys/cookie-keys.ts';
import { createApp } from './create-app.ts';
import { type Listener, listen } from './listen.ts';
import { createSealLoader } from '../brand/load-seal.ts';
import { createKeyKeeper } from './keep-keys.ts';
import { type BrandChanges, createLiveBrands } from './live-brands.ts';
import { createBrandLog, type Log, setLogLevel } from '../log.ts';
import { type BrandSite, createBrandSite } from '../brand/brand-site.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { openAuditLog } from '../brand/open-audit-log.ts';
import { readKeys } from './read-keys.ts';
import { openConfiguredStore } from '../brand/open-configured-store.ts';
import { createOneAfterAnother } from './one-after-another.ts';
import type { Store } from '../store/contract.ts';
import type { Telemetry } from '../telemetry/contract.ts';
import { createTelemetry } from '../telemetry/create-telemetry.ts';

export interface ServerOptions {
  config: Config;
  log: Log;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Instead of the configured one, for tests that watch it. */
  store?: Store;
  /** Absent: nothing is measured. */
  telemetry?: Telemetry;
}

export interface Server {
  app: Koa;
  readonly sites: readonly BrandSite[];
  readonly audit: AuditLog;
  /** Issuers that this listener may not serve (demo brands on a public address). */
  readonly withheld: readonly string[];
  /** Serves these brands from now on, all or nothing (live-brands.ts). */
  replaceBrands(brands: readonly BrandConfig[]): Promise<BrandChanges>;
  /** Looks at the signing keys now, instead of within two seconds (keep-keys.ts). */
  lookAtKeys(): Promise<void>;
  readonly logging: LogSettings;
  /** What is logged from now on. */
  changeLogging(settings: LogSettings): void;
  listen(): Promise<Listener>;
  pingStore(): Promise<void>;
  isDraining(): boolean;
  loadSeal(): Promise<Seal>;
  /** Sentences for the operator about the store's own settings; rejects while it is away. */
  findStoreRisks(): Promise<string[]>;
  /** Answers 503 at /readyz from now on; then ends requests, directories and the store. */
  drain(grace: number): Promise<void>;
}

/** The composition root: the only place that names implementations. One issuer per brand, one store for all. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { config, log, now = Date.now, telemetry = createTelemetry({ measure: false }) } = options;
  const { server } = config;
  const store = telemetry.watchStore(
    options.store ?? openConfiguredStore(config, log, telemetry.onStoreCommand),
  );
  const views = createViews();
  const pages = createPages(views, 'Parley');
  const serveScript = createServeScript();
  const cookieKeys =
    server.cookie_keys.length > 0
      ? server.cookie_keys
      : await loadCookieKeys({ folder: server.keys, create: !config.production });
  const audit = telemetry.countEvents(openAuditLog({ server, cookieKeys, log, now }));

  // A forged Host header must reach neither the demo nor a twin on a listener that strangers can reach.
  const mayServeDemo = isLoopbackHost(server.host) || config.demoAllowed;
  const loadSeal = createSealLoader(config);
  const admission = createAdmission({ log, now });
  let withheld: readonly string[] = [];
  const live = createLiveBrands({
    log,
    now,
    open: (brand) =>
      createBrandSite({
        brand,
        config,
        store,
        cookieKeys,
        loadSeal,
        views,
        serveScript,
        admission,
        audit: audit.forBrand(brand.brand),
        log: createBrandLog(log, brand.brand, personalClaims(brand)),
        now,
        telemetry: telemetry.forBrand(
          brand.brand,
          brand.clients.map(({ id }) => id),
        ),
      }),
  });
  const inOrder = createOneAfterAnother();
  await replaceBrands(config.brands);
  audit.record('config.loaded', { brands: live.sites().map(({ brand }) => brand) });
  telemetry.watchProcess({
    pingStore: () => store.ping(),
    measureStore: () => store.measure(),
    countBrands: () => live.sites().length,
    readKeys: () => readKeys(live.sites(), now()),
  });
  const keyKeeper = createKeyKeeper({
    sites: live.sites,
    renew: (brand) => inOrder(() => live.renew(brand)),
    log,
    audit,
    now,
  });

  const sampling = { share: server.log_success_share, random: Math.random };
  let logLevel = server.log_level;
  let draining = false;
  let listener: Listener | undefined;
  const writeAccessLine = createWriteAccessLine(log, sampling);
  const app = createApp({
    live,
    pages,
    listsIssuers: !config.production && isLoopbackHost(server.host),
    isDraining: () => draining,
    pingStore: () => store.ping(),
    writeAccessLine,
    telemetry,
    log,
    now,
  });

  function replaceBrands(brands: readonly BrandConfig[]): Promise<BrandChanges> {
    const served = brands.filter((brand) => !brand.demo || mayServeDemo);
    withheld = brands.filter((brand) => !served.includes(brand)).map(({ issuer }) => issuer);
    return inOrder(() => live.replace(served));
  }

  return {
    app,
    get sites() {
      return live.sites();
    },
    get withheld() {
      return withheld;
    },
    audit,
    replaceBrands,
    get logging() {
      return { log_level: logLevel, log_success_share: sampling.share };
    },
    changeLogging({ log_level: level, log_success_share: share }) {
      logLevel = level;
      setLogLevel(log, level);
      sampling.share = share;
    },
    lookAtKeys: keyKeeper.look,
    async listen() {
      const cleanForwarded = trustProxies(server.trusted_proxies);
      const serveDocument = createServeDocuments({
        find: live.find,
        isDraining: () => draining,
        writeAccessLine,
        count: telemetry.countRequest,
      });
      const handle = app.callback();
      listener = await listen(server, (request, response) => {
        cleanForwarded(request);
        // A trace begins further in.
        if (telemetry.isTracing || !serveDocument(request, response)) void handle(request, response);
      });
      keyKeeper.start();
      return listener;
    },
    pingStore: () => store.ping(),
    isDraining: () => draining,
    loadSeal,
    findStoreRisks: () => store.findRisks(),
    async drain(grace) {
      draining = true;
      await Promise.all([listener?.close(grace), keyKeeper.stop()]);
      await live.close();
      await store.close();
      audit.close();
    },
  };
}
