import { checkLivePersonClient } from './liveperson-check.ts';
import { livePersonConsoleValues } from './liveperson-console.ts';
import { resolvePlainClient } from './plain-client.ts';
import type { PlatformPreset } from './preset-contract.ts';
import { defaultSdes } from './sdes.ts';

/**
 * LivePerson, "Authenticated Consumers": its server or its chat window is the relying party
 * (docs/platforms/liveperson.md says what is sent and needed, and where LivePerson documents it).
 */

/** The redirect URIs of web messaging: embedded window (current, with a slash as seen, older), popup window. */
const redirectUris = [
  'https://liveperson.net',
  'https://liveperson.net/',
  'https://liveperson.net/oauth2/code_redirect',
  'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
];

/** Seconds. A code that a page has fetched waits until the consumer writes. */
const codeLifetime = 300;

export const liveperson: PlatformPreset = {
  id: 'liveperson',
  title: 'LivePerson',
  documentation: 'docs/platforms/liveperson.md',
  applyTo(client) {
    const resolved = resolvePlainClient(client);
    const usesCode = resolved.flows.some((flow) => flow !== 'implicit');
    return {
      ...resolved,
      redirect_uris: client.redirect_uris ?? [...redirectUris],
      // Current connectors use Basic, older ones put the credentials into the body.
      token_endpoint_auth_methods:
        usesCode && !client.token_endpoint_auth_method
          ? ['client_secret_basic', 'client_secret_post']
          : resolved.token_endpoint_auth_methods,
      // LivePerson asks for scope=openid and reads the ID token only.
      openid_includes: client.openid_includes ?? ['profile', 'email'],
      claims: { lp_sdes: defaultSdes, ...client.claims },
      id_token_claims: client.id_token_claims ?? true,
      first_party: client.first_party ?? true,
      lifetimes: { authorization_code: codeLifetime, ...withoutUndefined(client.lifetimes) },
      accepts_no_nonce: true,
      sector_identifier_uri: 'https://liveperson.net/',
    };
  },
  check: checkLivePersonClient,
  consoleValues: livePersonConsoleValues,
};

function withoutUndefined<T extends object>(settings: T | undefined): Partial<T> {
  const copy: Partial<T> = { ...settings };
  for (const name in copy) if (copy[name] === undefined) delete copy[name];
  return copy;
}
