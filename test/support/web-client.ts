import type { Client } from './relying-party.ts';
import { secrets } from './test-brand.ts';

/** The test brand's client `web` at a running Parley; a spawned process is reached by its own `fetch`. */
export function webClient({ issuer, fetch }: Pick<Client, 'issuer' | 'fetch'>): Client {
  return {
    issuer,
    clientId: 'web',
    secret: secrets.web,
    redirectUri: 'https://shop.acme.example/callback',
    ...(fetch && { fetch }),
  };
}
