import { describe, expect, test } from '@jest/globals';
import { claimsCheck } from '../../src/claims/claims-check.ts';

const accounts = { enrich: [] };

describe('the check of a brand', () => {
  test('finds nothing in a sound mapping', () => {
    expect(
      claimsCheck({
        accounts,
        claims: { plan: 'account.plan' },
        clients: [{ id: 'a', claims: { x: "'y'" } }, { id: 'b' }],
      }),
    ).toEqual([]);
  });

  test('finds every expression that does not parse, of the brand and of its clients, with its path', () => {
    const problems = claimsCheck({
      accounts,
      claims: { plan: 'account.', email: 'a b' },
      clients: [{ id: 'a' }, { id: 'b', claims: { lp_sdes: '[{' } }],
    });
    expect(problems.map(({ path }) => path)).toEqual([
      ['claims', 'plan'],
      ['claims', 'email'],
      ['clients', 1, 'claims', 'lp_sdes'],
    ]);
    for (const { severity, fix } of problems)
      expect([severity, fix]).toEqual(['error', expect.stringMatching(/JMESPath/)]);
  });

  test('finds a subject template that does not parse, of the brand and of a client', () => {
    const clients = [
      { id: 'a', subject: 'pairwise' },
      { id: 'b', subject: { template: 'nope(id)' } },
    ];
    expect(claimsCheck({ accounts, subject: { template: 'id.' }, claims: {}, clients })).toMatchObject([
      { path: ['subject', 'template'], severity: 'error' },
      { path: ['clients', 1, 'subject', 'template'], severity: 'error' },
    ]);
  });

  test('finds the key of an enrichment that does not parse', () => {
    const enrich = [{}, { by: 'account.number' }, { by: 'account..number' }];
    expect(claimsCheck({ accounts: { enrich }, claims: {}, clients: [] })).toMatchObject([
      { path: ['accounts', 'enrich', 2, 'by'], severity: 'error' },
    ]);
  });

  test.each([
    'iss',
    'sub',
    'aud',
    'exp',
    'iat',
    'nbf',
    'jti',
    'nonce',
    'azp',
    'acr',
    'amr',
    'auth_time',
    'at_hash',
    'c_hash',
    's_hash',
    'sid',
    '_claim_names',
    '__proto__',
  ])('refuses to map %s', (name) => {
    const claims = Object.fromEntries([[name, 'account.id']]);
    expect(claimsCheck({ accounts, claims, clients: [] })).toMatchObject([
      { path: ['claims', name], severity: 'error' },
    ]);
    expect(claimsCheck({ accounts, claims: {}, clients: [{ id: 'a', claims }] })).toMatchObject([
      { path: ['clients', 0, 'claims', name], severity: 'error' },
    ]);
  });
});
