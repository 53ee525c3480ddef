import { secretField } from './client-secret.ts';
import type { ConsoleInput, ConsoleValue } from './preset-contract.ts';

/**
 * What is typed into LivePerson's "Consumer Identity Provider" connector, field by field
 * (https://developers.liveperson.com/consumer-authentication-authenticate-in-web-and-mobile-messaging-configuration.html).
 * LivePerson is not known to read discovery.
 */
export function livePersonConsoleValues(input: ConsoleInput): ConsoleValue[] {
  const { issuer, displayName, client } = input;
  const usesCode = client.flows.some((flow) => flow !== 'implicit');
  return [
    { field: 'OAuth 2.0 Authentication Type', value: usesCode ? 'Code Flow' : 'Implicit' },
    ...(usesCode ? [pkceToggle(client.flows.includes('pkce'))] : []),
    { field: 'Issuer Display Name', value: displayName },
    { field: 'JWT issuer (iss)', value: issuer, note: 'compared exactly, case included' },
    { field: 'Authentication Endpoint', value: `${issuer}/auth`, note: 'used by popup windows only' },
    ...(usesCode ? tokenEndpoint(input) : [{ field: 'Client ID', value: client.id }]),
    ...certificate(input),
    { field: 'JS Method Name', value: 'lpGetAuthenticationToken' },
    { field: 'JS Context', value: 'window' },
  ];
}

function pkceToggle(on: boolean): ConsoleValue {
  return { field: 'Authorisation Code Flow With PKCE', value: on ? 'on' : 'off' };
}

function tokenEndpoint({ issuer, client }: ConsoleInput): ConsoleValue[] {
  return [
    {
      field: 'Token Endpoint',
      value: `${issuer}/token`,
      note: 'called by LivePerson: public https, port 443',
    },
    { field: 'Client ID', value: client.id },
    ...secretField(client),
  ];
}

function certificate({ issuer, pastedKey }: ConsoleInput): ConsoleValue[] {
  return [
    {
      field: 'Choose IDP Certificate Type',
      value: 'JWKS Endpoint',
      note: 'keys can be rotated without this console',
    },
    { field: 'JWKS Endpoint', value: `${issuer}/jwks` },
    {
      field: 'JWT Public Key',
      value: pastedKey,
      note: 'instead of the JWKS endpoint; paste it anew after a rotation',
    },
  ];
}
