import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createClaimsMapping } from '../../src/claims/claims-mapping.ts';
import type { ClientConfig } from '../../src/config/brand-schema.ts';
import { clientSchema } from '../../src/config/schema/client-schema.ts';
import type { PlatformPreset } from '../../src/platform/preset-contract.ts';

/** What every platform preset keeps, as data. That a real issuer accepts it is tested with the issuer. */
export interface PresetUnderTest {
  preset: PlatformPreset;
  /** The least that a brand writes. */
  minimalClient: ClientConfig;
  /** An account with nothing but what the preset promises claims from. */
  minimalAccount: Record<string, unknown>;
  /** Claims that the platform gets of it with `scope=openid`. */
  promised: Record<string, unknown>;
}

const publicKey = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA';

export function describePlatformContract({
  preset,
  minimalClient,
  minimalAccount,
  promised,
}: PresetUnderTest): void {
  const resolved = preset.applyTo(minimalClient);
  const values = (client = resolved) =>
    preset.consoleValues({
      issuer: 'https://id.acme.example',
      displayName: 'Acme',
      client,
      pastedKey: publicKey,
    });

  describe(`platform preset contract: ${preset.title}`, () => {
    test('its minimal client is a client of a brand file', () => {
      expect(clientSchema.safeParse(minimalClient).success).toBe(true);
      expect(minimalClient.platform).toBe(preset.id);
    });

    test('it finds nothing wrong with its minimal client', () => {
      expect(preset.check(minimalClient)).toEqual([]);
    });

    test('it leaves nothing open', () => {
      expect(resolved).toEqual({
        ...minimalClient,
        flows: expect.any(Array),
        application_type: 'web',
        redirect_uris: expect.any(Array),
        post_logout_redirect_uris: [],
        token_endpoint_auth_methods: expect.any(Array),
        openid_includes: expect.any(Array),
        claims: expect.any(Object),
        id_token_claims: expect.any(Boolean),
        first_party: true,
        refresh_tokens: false,
        lifetimes: expect.any(Object),
        unbound_code_lifetime: expect.any(Number),
        pages: expect.any(Array),
        accepts_no_nonce: expect.any(Boolean),
        ...(resolved.sector_identifier_uri && { sector_identifier_uri: expect.stringMatching(/^https:/) }),
      });
      expect(resolved.token_endpoint_auth_methods.length).toBeGreaterThan(0);
    });

    test('it does not change the client it is given', () => {
      const given = structuredClone(minimalClient);
      preset.applyTo(given);
      expect(given).toEqual(minimalClient);
    });

    test("the brand's words win", () => {
      const own: ClientConfig = {
        ...minimalClient,
        flows: ['code'],
        application_type: 'native',
        redirect_uris: ['https://own.example/cb'],
        post_logout_redirect_uris: ['https://own.example/bye'],
        token_endpoint_auth_method: 'client_secret_post',
        openid_includes: ['own'],
        claims: { lp_sdes: "['own']", own: 'own' },
        id_token_claims: false,
        first_party: false,
        refresh_tokens: true,
        lifetimes: { authorization_code: 30, id_token: 40 },
        pages: ['https://own.example'],
      };
      const { token_endpoint_auth_method: method, ...settings } = own;
      expect(preset.applyTo(own)).toMatchObject({ ...settings, token_endpoint_auth_methods: [method] });
    });

    test('every claim that it promises comes out of a minimal account', () => {
      const mapping = createClaimsMapping({ claims: {}, scopes: {}, clients: [resolved] });
      const released = mapping.release({
        account: { record: minimalAccount },
        clientId: resolved.id,
        scopes: ['openid'],
        requested: [],
        use: 'id_token',
      });
      expect(released).toEqual(promised);
    });

    test('an empty account gives no claim, and no claim fails on it', () => {
      const problems: unknown[] = [];
      const onProblem = (problem: unknown) => problems.push(problem);
      const mapping = createClaimsMapping({ claims: {}, scopes: {}, clients: [resolved], onProblem });
      const request = { clientId: resolved.id, scopes: ['openid'], requested: [], use: 'id_token' as const };
      expect(mapping.release({ ...request, account: { record: {} } })).toEqual({});
      expect(problems).toEqual([]);
    });

    test('each console field stands once, with a value', () => {
      const fields = values().map(({ field }) => field);
      expect(new Set(fields).size).toBe(fields.length);
      expect(values().every(({ value }) => value !== '')).toBe(true);
    });

    test('no console value carries the secret without a mark', () => {
      const { secret } = resolved;
      const unmarked = values().filter((value) => !value.secret);
      if (secret !== undefined) expect(JSON.stringify(unmarked)).not.toContain(secret);
      expect(JSON.stringify(values())).not.toContain('PRIVATE');
    });

    test('its documentation page exists', () => {
      const { documentation } = preset;
      const exists =
        documentation === undefined || existsSync(resolve(import.meta.dirname, '../..', documentation));
      expect(exists).toBe(true);
    });
  });
}
