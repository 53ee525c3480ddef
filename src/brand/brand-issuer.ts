import type { Middleware } from 'koa';
import mount from 'koa-mount';
import { claimsByScope } from '../claims/claim-names.ts';
import type { Admission } from '../http/admission/admission.ts';
import { createIssuer } from '../issuer/create-issuer.ts';
import { parseEncryptionKey } from '../keys/encryption-key.ts';
import type { ResolvedClient } from '../platform/resolve-client.ts';
import { createBrandApp } from './brand-app.ts';
import type { BrandParts, BrandPartsOptions } from './brand-parts.ts';
import { acrValuesOf } from './sign-in-ways.ts';

export interface BrandIssuerOptions extends BrandPartsOptions {
  cookieKeys: readonly string[];
  /** The script for brands' pages, the same for each. */
  serveScript: Middleware;
  /** The process's, which all brands share. */
  admission: Admission;
}

/**
 * The library's Provider and what stands before it: most of what a brand takes of the memory.
 *
 * @param demo the storefront of a demo brand, which nobody else has
 */
export async function createBrandIssuer(
  options: BrandIssuerOptions,
  parts: BrandParts,
  demo: Middleware | undefined,
) {
  const { brand } = options;
  const { clients, brokers, pages, keys } = parts;
  const issuer = await createIssuer({
    ...options,
    ...parts,
    encryptionKeys: parseEncryptionKeys(clients),
    claimsByScope: claimsByScope({ claims: brand.claims, scopes: brand.scopes, clients }),
    acrValues: acrValuesOf(brand),
    jwks: keys.set.jwks,
    signer: keys.signer,
    views: pages,
    async onSessionEnd(session) {
      await Promise.all([...brokers.values()].map((broker) => broker.endSession(session)));
    },
    admitAnonymous: parts.anonymousLimit.admit,
  });
  const app = createBrandApp({ ...options, ...parts, issuer, demo });
  return { ...issuer, handler: mount(new URL(brand.issuer).pathname, app) };
}

function parseEncryptionKeys(clients: readonly ResolvedClient[]) {
  const encrypted = clients.filter((client) => client.encryption);
  const entries = encrypted.map(({ id, encryption }) => {
    const key = parseEncryptionKey(encryption?.key ?? '');
    return [id, { ...key, use: 'enc', ...(encryption?.kid && { kid: encryption.kid }) }] as const;
  });
  return new Map(entries);
}
