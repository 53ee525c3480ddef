import type { AdminOptions } from '../admin/admin-options.ts';
import { createAdminApp } from '../admin/create-admin-app.ts';
import type { Config } from '../config/contract.ts';
import type { Log } from '../log.ts';
import { type Listener, listen } from './listen.ts';
import type { Server } from './server.ts';

export interface OpenAdminOptions extends Pick<AdminOptions, 'reload' | 'changeLogging'> {
  config: Config;
  server: Server;
  log: Log;
}

/** The admin interface on its own listener; undefined where server.yaml has none. */
export async function openAdmin({
  config,
  server,
  log,
  reload,
  changeLogging,
}: OpenAdminOptions): Promise<Listener | undefined> {
  const { admin } = config.server;
  if (!admin) return undefined;
  const app = createAdminApp({
    config,
    admin,
    sites: () => server.sites,
    findSite: (brand) => server.sites.find((site) => site.brand === brand),
    loadSeal: server.loadSeal,
    pingStore: server.pingStore,
    isDraining: server.isDraining,
    reload,
    readLogging: () => server.logging,
    changeLogging,
    audit: server.audit,
    log,
    now: Date.now,
  });
  const { certificates, oauth } = admin;
  const handle = app.callback();
  return listen(
    { ...admin, callers: certificates && { ca: certificates.ca, required: !oauth } },
    (request, response) => void handle(request, response),
  );
}
