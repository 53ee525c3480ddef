import { describe, expect, test } from '@jest/globals';
import type { ClientConfig } from '../../src/config/brand-schema.ts';
import { liveperson } from '../../src/platform/liveperson.ts';
import { describePlatformContract } from '../contract/platform-contract.ts';

const client: ClientConfig = {
  id: 'liveperson',
  platform: 'liveperson',
  secret: 'a-secret-of-the-brand-0123456789',
};
const implicit: ClientConfig = { id: 'lp', platform: 'liveperson', flows: ['implicit'] };

describePlatformContract({
  preset: liveperson,
  minimalClient: client,
  minimalAccount: {
    account: { number: '4711', plan: 'Gold' },
    billing: { balance: 84.2, currency: 'EUR', last_payment: { day: 2, month: 11, year: 2026, amount: 3 } },
  },
  promised: {
    lp_sdes: [
      {
        type: 'ctmrinfo',
        info: {
          customerId: '4711',
          ctype: 'Gold',
          balance: 84.2,
          currency: 'EUR',
          lastPaymentDate: { day: 2, month: 11, year: 2026 },
        },
      },
    ],
  },
});

describe('a LivePerson client', () => {
  test('is answered as its documented requests come: no nonce, scope=openid, secret in header or body', () => {
    expect(liveperson.applyTo(client)).toMatchObject({
      flows: ['code', 'pkce'],
      redirect_uris: [
        'https://liveperson.net',
        'https://liveperson.net/',
        'https://liveperson.net/oauth2/code_redirect',
        'https://lpcdn.lpsnmedia.net/le_unified_window/index.html',
      ],
      token_endpoint_auth_methods: ['client_secret_basic', 'client_secret_post'],
      openid_includes: ['profile', 'email'],
      id_token_claims: true,
      first_party: true,
      accepts_no_nonce: true,
      lifetimes: { authorization_code: 300 },
      unbound_code_lifetime: 300,
    });
  });

  test('proves nothing at the token endpoint in the implicit flow', () => {
    expect(liveperson.applyTo(implicit).token_endpoint_auth_methods).toEqual(['none']);
  });

  test('keeps the default SDEs beside other claims of its own, and loses them to its own lp_sdes', () => {
    const beside = liveperson.applyTo({ ...client, claims: { tier: 'tier' } }).claims;
    expect(beside).toEqual({ tier: 'tier', lp_sdes: expect.stringContaining('ctmrinfo') });
    expect(liveperson.applyTo({ ...client, claims: { lp_sdes: "['x']" } }).claims).toEqual({
      lp_sdes: "['x']",
    });
  });
});

describe('what is typed into the connector', () => {
  const input = { issuer: 'https://id.acme.example/eu', displayName: 'Acme', pastedKey: 'MIIB' };
  const typed = (config: ClientConfig) =>
    liveperson
      .consoleValues({ ...input, client: liveperson.applyTo(config) })
      .map(({ field, value }) => [field, value]);

  test('code flow', () => {
    expect(typed(client)).toEqual([
      ['OAuth 2.0 Authentication Type', 'Code Flow'],
      ['Authorisation Code Flow With PKCE', 'on'],
      ['Issuer Display Name', 'Acme'],
      ['JWT issuer (iss)', 'https://id.acme.example/eu'],
      ['Authentication Endpoint', 'https://id.acme.example/eu/auth'],
      ['Token Endpoint', 'https://id.acme.example/eu/token'],
      ['Client ID', 'liveperson'],
      ['Client Secret', 'a-secret-of-the-brand-0123456789'],
      ['Choose IDP Certificate Type', 'JWKS Endpoint'],
      ['JWKS Endpoint', 'https://id.acme.example/eu/jwks'],
      ['JWT Public Key', 'MIIB'],
      ['JS Method Name', 'lpGetAuthenticationToken'],
      ['JS Context', 'window'],
    ]);
  });

  test('implicit flow: no PKCE, no token endpoint, no secret', () => {
    const fields = typed({ ...implicit, secret: client.secret }).map(([field]) => field);
    expect(typed(implicit)[0]).toEqual(['OAuth 2.0 Authentication Type', 'Implicit']);
    for (const absent of ['Authorisation Code Flow With PKCE', 'Token Endpoint', 'Client Secret']) {
      expect(fields).not.toContain(absent);
    }
  });

  test('without PKCE the switch is off', () => {
    expect(typed({ ...client, flows: ['code'] })).toContainEqual([
      'Authorisation Code Flow With PKCE',
      'off',
    ]);
  });
});

describe('the check refuses', () => {
  test.each<[string, Partial<ClientConfig>, string, 'error' | 'warning']>([
    ['a hybrid flow', { flows: ['code', 'hybrid'] }, 'flows.1', 'error'],
    [
      'private_key_jwt',
      { token_endpoint_auth_method: 'private_key_jwt' },
      'token_endpoint_auth_method',
      'error',
    ],
    ['a public client', { token_endpoint_auth_method: 'none' }, 'token_endpoint_auth_method', 'error'],
    [
      'long-lived codes without a challenge',
      { flows: ['code'], lifetimes: { authorization_code: 301 } },
      'lifetimes.authorization_code',
      'error',
    ],
    ['ID tokens of two days', { lifetimes: { id_token: 172_800 } }, 'lifetimes.id_token', 'warning'],
    ['claims kept out of the ID token', { id_token_claims: false }, 'id_token_claims', 'error'],
    ['ID tokens signed with ES256', { id_token_alg: 'ES256' }, 'id_token_alg', 'error'],
    ['a consent page', { first_party: false }, 'first_party', 'warning'],
    ['pushed requests only', { require_pushed_requests: true }, 'require_pushed_requests', 'error'],
    [
      'signed requests only',
      { require_signed_request_objects: true },
      'require_signed_request_objects',
      'error',
    ],
    ['the phone scope', { openid_includes: ['email', 'phone'] }, 'openid_includes.1', 'warning'],
    ['a cart', { claims: { lp_sdes: "[{type: 'cart'}]" } }, 'claims.lp_sdes', 'error'],
  ])('%s', (_title, settings, path, severity) => {
    const problems = liveperson.check({ ...client, ...settings });
    expect(problems.map((problem) => [problem.path.join('.'), problem.severity])).toEqual([[path, severity]]);
  });

  test.each<[string, Partial<ClientConfig>]>([
    ['codes of 600 s with a challenge', { flows: ['code', 'pkce'], lifetimes: { authorization_code: 600 } }],
    ['codes of 300 s without one', { flows: ['code'], lifetimes: { authorization_code: 300 } }],
    ['body credentials alone', { token_endpoint_auth_method: 'client_secret_post' }],
    ['an app', { application_type: 'native', redirect_uris: ['com.acme.app:/callback'] }],
  ])('but not %s', (_title, settings) => {
    expect(liveperson.check({ ...client, ...settings })).toEqual([]);
  });
});
