import type { ParleyProcess } from './spawn-parley.ts';
import type { Client } from './relying-party.ts';
import { secrets } from './test-brand.ts';

/** The test brand's client `web`, reaching its issuer through this process. */
export function webClient({
  issuer,
  fetch,
}: Pick<ParleyProcess, 'issuer' | 'fetch'>): Client & { fetch: typeof globalThis.fetch } {
  return {
    issuer,
    clientId: 'web',
    secret: secrets.web,
    redirectUri: 'https://shop.acme.example/callback',
    fetch,
  };
}
