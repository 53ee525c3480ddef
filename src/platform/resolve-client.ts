import type { ClientConfig } from '../config/brand-schema.ts';
import { resolvePlainClient } from './plain-client.ts';
import type { ResolvedClient } from './preset-contract.ts';
import { findPreset } from './presets.ts';

export type { ResolvedClient } from './preset-contract.ts';

/** The client as the issuer and the claims mapping read it: the brand's words, then the preset's, then the defaults. */
export function resolveClient(client: ClientConfig): ResolvedClient {
  return findPreset(client)?.applyTo(client) ?? resolvePlainClient(client);
}
