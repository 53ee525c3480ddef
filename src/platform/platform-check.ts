import type { BrandConfig } from '../config/brand-schema.ts';
import type { Problem } from '../config/contract.ts';
import { checkSubjects } from './check-subjects.ts';
import { findPreset } from './presets.ts';

type CheckedBrand = Pick<BrandConfig, 'claims' | 'clients' | 'demo'> & Partial<Pick<BrandConfig, 'subject'>>;

/** What the platforms of a brand's clients do not take. */
export function platformCheck(brand: CheckedBrand): Problem[] {
  const problems = brand.clients.flatMap((client, index) =>
    (findPreset(client)?.check(client) ?? []).map((problem) => ({
      ...problem,
      path: ['clients', index, ...problem.path],
    })),
  );
  return [...problems, ...checkSubjects(brand), ...checkReadableTokens(brand), ...checkBrandSdes(brand)];
}

/** Such an ID token stays in the browser's history, readable, with what the account says (RFC 9700 section 2.1.2). */
function checkReadableTokens({ clients, demo }: CheckedBrand): Problem[] {
  // The demo's accounts are invented.
  if (demo) return [];
  return clients.flatMap(({ platform, flows = [], encryption }, index) => {
    if (!platform || encryption || !flows.includes('implicit')) return [];
    const path = ['clients', index, 'flows', flows.indexOf('implicit')];
    const message = 'puts account data into a URL, readable in the browser history';
    return [{ path, message, fix: 'use [code, pkce], or add encryption', severity: 'warning' as const }];
  });
}

/** The preset brings an `lp_sdes` of its own, and a client's claims win over the brand's. */
function checkBrandSdes({ claims, clients }: CheckedBrand): Problem[] {
  const shadowed = clients
    .filter(({ platform }) => platform === 'liveperson')
    .some((client) => !client.claims?.['lp_sdes']);
  if (claims['lp_sdes'] === undefined || !shadowed) return [];
  const message = 'does not reach LivePerson: the preset maps lp_sdes for its client';
  const fix = "move it to the client: clients: [{ platform: liveperson, claims: { lp_sdes: '…' } }]";
  return [{ path: ['claims', 'lp_sdes'], message, fix, severity: 'warning' }];
}
