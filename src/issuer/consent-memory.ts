import type { BrandStore } from '../store/contract.ts';
import { accountAtClient } from './account-at-client.ts';
import type { Wanted } from './grant-per-response.ts';

/**
 * What a consumer has allowed a client, kept apart from grants: grants end with a conversation, consent does
 * not. Clients of the brand itself (first party) are not asked and leave nothing here.
 */
export interface ConsentMemory {
  find(accountId: string, clientId: string): Promise<Wanted | undefined>;
  /** Adds to what was allowed before. */
  remember(accountId: string, clientId: string, allowed: Wanted): Promise<void>;
}

const lifetime = 365 * 24 * 3600;

export function createConsentMemory(store: BrandStore): ConsentMemory {
  async function find(accountId: string, clientId: string): Promise<Wanted | undefined> {
    return (await store.find('Consent', accountAtClient(accountId, clientId))) as Wanted | undefined;
  }
  return {
    find,
    async remember(accountId, clientId, allowed) {
      const before = await find(accountId, clientId);
      const all = before ? union(before, allowed) : allowed;
      await store.upsert('Consent', accountAtClient(accountId, clientId), { ...all }, lifetime);
    },
  };
}

export function isCovered(wanted: Wanted, allowed: Wanted): boolean {
  const resourcesCovered = Object.entries(wanted.resources).every(([resource, scopes]) =>
    includesAll(allowed.resources[resource] ?? [], scopes),
  );
  return (
    includesAll(allowed.scopes, wanted.scopes) &&
    includesAll(allowed.claims, wanted.claims) &&
    resourcesCovered
  );
}

function includesAll(have: readonly string[], need: readonly string[]): boolean {
  return need.every((item) => have.includes(item));
}

function merge(x: readonly string[] = [], y: readonly string[] = []): string[] {
  return [...new Set([...x, ...y])];
}

function union(a: Wanted, b: Wanted): Wanted {
  const resources = Object.keys({ ...a.resources, ...b.resources });
  return {
    scopes: merge(a.scopes, b.scopes),
    claims: merge(a.claims, b.claims),
    resources: Object.fromEntries(
      resources.map((name) => [name, merge(a.resources[name], b.resources[name])]),
    ),
  };
}
