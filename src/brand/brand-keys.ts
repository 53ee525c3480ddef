import type { BrandConfig } from '../config/brand-schema.ts';
import type { Config } from '../config/contract.ts';
import { longestSignature } from '../issuer/lifetimes.ts';
import { createAgentSigner } from '../keys/agent/agent-signer.ts';
import { openKeyFolder } from '../keys/key-folder.ts';
import { openKeyText } from '../keys/key-text.ts';
import type { KeyHome } from '../keys/key-home.ts';
import type { RotationPolicy } from '../keys/rotation.ts';
import type { Signer } from '../keys/signer.ts';

/** What a brand's configuration says of its signing keys. */
export interface BrandKeys {
  home: KeyHome;
  policy: RotationPolicy;
  /** PEM files. */
  certificates: readonly string[];
  /** Holds the private halves of keys that are in no file. */
  signer: Signer | undefined;
}

export function openBrandKeys({ server }: Pick<Config, 'server'>, brand: BrandConfig): BrandKeys {
  return {
    home:
      brand.keys.set === undefined
        ? openKeyFolder({
            folder: server.keys,
            brand: brand.brand,
            hasAgent: brand.keys.agent !== undefined,
          })
        : openKeyText(brand.keys.set, `keys.set of ${brand.brand}`),
    certificates: brand.keys.certificates,
    policy: rotationPolicy(brand),
    signer: brand.keys.agent === undefined ? undefined : createAgentSigner({ path: brand.keys.agent }),
  };
}

/** Processes that share a store must share their keys too, so there nobody makes them in passing. */
export function mayCreateKeys({ production, server }: Pick<Config, 'production' | 'server'>): boolean {
  return !production || server.store.startsWith('embedded:');
}

/** Whether its subjects need a salt of their own. */
export function usesPairwise({ subject, clients }: BrandConfig): boolean {
  return [subject, ...clients.map((client) => client.subject)].includes('pairwise');
}

function rotationPolicy(brand: BrandConfig): RotationPolicy {
  const { rotate_every: every, announce, jwks_cache: cache } = brand.keys;
  const pasted = brand.clients.filter((client) => client.pasted_key);
  const pastedWith = (algorithm: string) =>
    pasted.filter(({ id_token_alg = 'RS256' }) => id_token_alg === algorithm).map(({ id }) => id);
  return {
    every: every === undefined ? undefined : every * 1000,
    announce: announce * 1000,
    jwksCache: cache * 1000,
    ...(brand.keys.self_signed && { selfSignedAs: new URL(brand.issuer).hostname }),
    makesKeys: brand.keys.agent === undefined,
    tokenLife: longestSignature(brand) * 1000,
    pastedBy: { RS256: pastedWith('RS256'), ES256: pastedWith('ES256') },
  };
}
