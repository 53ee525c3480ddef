import type { ClientConfig } from '../config/brand-schema.ts';
import type { AdminOptions, AdminSite } from './admin-options.ts';
import { AdminRefusal } from './admin-refusal.ts';

/** @throws AdminRefusal */
export function findSite({ findSite: find }: Pick<AdminOptions, 'findSite'>, brand: string): AdminSite {
  const site = find(brand);
  if (!site) throw new AdminRefusal(404, 'brand_unknown', `no brand ${brand} is served`);
  return site;
}

/** @throws AdminRefusal */
export function findClient({ brand, config }: AdminSite, id: string): ClientConfig {
  const client = config.clients.find((one) => one.id === id);
  if (!client) throw new AdminRefusal(404, 'client_unknown', `${brand} has no client ${id}`);
  return client;
}
