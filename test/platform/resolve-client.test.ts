import { describe, expect, test } from '@jest/globals';
import type { ClientConfig } from '../../src/config/brand-schema.ts';
import { livechat } from '../../src/platform/livechat.ts';
import { platformCheck } from '../../src/platform/platform-check.ts';
import { resolveClient } from '../../src/platform/resolve-client.ts';
import { describePlatformContract } from '../contract/platform-contract.ts';

describePlatformContract({
  preset: livechat,
  minimalClient: { id: 'livechat', platform: 'livechat', pages: ['https://www.acme.example'] },
  minimalAccount: { account: { number: '4711' } },
  promised: {},
});

describe('a relying party without a platform', () => {
  const web: ClientConfig = {
    id: 'web',
    secret: 'a-secret-of-the-brand-0123456789',
    redirect_uris: ['https://a.example/cb'],
  };

  test('gets the code flow with PKCE, its consumers are asked, and nothing comes into its ID token unasked', () => {
    expect(resolveClient(web)).toEqual({
      ...web,
      flows: ['code', 'pkce'],
      application_type: 'web',
      post_logout_redirect_uris: [],
      token_endpoint_auth_methods: ['client_secret_basic'],
      openid_includes: [],
      claims: {},
      id_token_claims: false,
      first_party: false,
      refresh_tokens: false,
      lifetimes: {},
      unbound_code_lifetime: 300,
      pages: [],
      accepts_no_nonce: false,
    });
  });

  test.each<[string, Partial<ClientConfig>, string]>([
    ['its secret', {}, 'client_secret_basic'],
    ['the method it names', { token_endpoint_auth_method: 'client_secret_post' }, 'client_secret_post'],
    ['its keys', { secret: undefined, jwks_uri: 'https://a.example/jwks' }, 'private_key_jwt'],
    ['nothing, as an app', { secret: undefined }, 'none'],
    ['nothing, where it never comes to the token endpoint', { flows: ['implicit'] }, 'none'],
  ])('proves itself by %s', (_title, settings, method) => {
    expect(resolveClient({ ...web, ...settings }).token_endpoint_auth_methods).toEqual([method]);
  });
});

describe('LiveChat', () => {
  test('speaks no OpenID Connect with us', () => {
    expect(resolveClient({ id: 'lc', platform: 'livechat' })).toMatchObject({
      flows: [],
      redirect_uris: [],
      accepts_no_nonce: false,
      first_party: true,
    });
  });
});

const lp = (more: Partial<ClientConfig> = {}): ClientConfig => ({
  id: 'lp',
  platform: 'liveperson',
  secret: 'a-secret-of-the-brand-0123456789',
  ...more,
});
const brand = (clients: ClientConfig[], claims = {}, demo = false) => ({ claims, clients, demo });

describe('the check of a brand', () => {
  test("puts a preset's problems at their client", () => {
    const clients = [lp(), lp({ claims: { lp_sdes: "[{type: 'lead'}]" } })];
    expect(platformCheck(brand(clients))).toMatchObject([
      { path: ['clients', 1, 'claims', 'lp_sdes'], severity: 'error' },
    ]);
  });

  test("warns of a brand's lp_sdes that the preset's own keeps away", () => {
    const claims = { lp_sdes: "[{type: 'personal', personal: {firstname: a}}]" };
    expect(platformCheck(brand([lp()], claims))).toMatchObject([
      { path: ['claims', 'lp_sdes'], severity: 'warning' },
    ]);
    expect(platformCheck(brand([lp({ claims })], claims))).toEqual([]);
    expect(platformCheck(brand([], claims))).toEqual([]);
  });

  test('41 warns of account data in a URL, unless it is encrypted or invented', () => {
    const implicit = lp({ flows: ['implicit'] });
    expect(platformCheck(brand([implicit]))).toMatchObject([
      { path: ['clients', 0, 'flows', 0], severity: 'warning' },
    ]);
    const encryption = { alg: 'RSA-OAEP-256', enc: 'A256GCM', key: 'x' } as const;
    expect(platformCheck(brand([lp({ flows: ['implicit'], encryption })]))).toEqual([]);
    expect(platformCheck(brand([implicit], {}, true))).toEqual([]);
  });

  test('warns of an e-mail address or a phone number as the subject at a platform, where it is written', () => {
    const mail = { template: 'contact.email' };
    const phone = { template: 'to_string(phone)' };
    expect(platformCheck({ ...brand([lp(), lp({ subject: phone })]), subject: mail })).toMatchObject([
      { path: ['subject', 'template'], severity: 'warning' },
      { path: ['clients', 1, 'subject', 'template'], severity: 'warning' },
    ]);
    const { platform: _, ...web } = lp({ id: 'web' });
    const number = { template: 'legacy.crm_id' };
    expect(platformCheck({ ...brand([lp({ subject: number }), web]), subject: mail })).toEqual([]);
  });
});
