import { describe, expect, test } from '@jest/globals';
import { createClaimsMapping, type ReleaseRequest } from '../../src/claims/claims-mapping.ts';
import { claimNames, claimsByScope } from '../../src/claims/claim-names.ts';

const record = {
  first_name: 'Dana',
  last_name: 'Reyes',
  mail: 'dana@example.com',
  account: { number: '4711', plan: 'Gold' },
  billing: { balance: 84.2, currency: 'EUR', due: null, history: [] },
};

const brand = {
  claims: {
    given_name: 'first_name',
    family_name: 'last_name',
    email: 'mail',
    account_number: 'account.number',
    plan: 'account.plan',
    billing: '{balance: billing.balance, currency: billing.currency, due: billing.due}',
    unlisted: 'account.plan',
  },
  scopes: { account: ['account_number', 'plan'], billing: ['billing', 'never_mapped'] },
  clients: [
    {
      id: 'chat',
      openid_includes: ['profile', 'account'],
      claims: { lp_sdes: "[{type: 'ctmrinfo', info: {customerId: account.number}}]", plan: "'own: Gold'" },
      id_token_claims: true,
    },
    { id: 'web' },
    { id: 'narrow', scopes: ['account'] },
  ],
};

function release(
  request: Partial<ReleaseRequest> & { clientId: string },
  from: Record<string, unknown> = record,
) {
  return createClaimsMapping(brand).release({
    account: { record: from },
    scopes: ['openid'],
    requested: [],
    use: 'userinfo',
    ...request,
  });
}

describe('userinfo', () => {
  test.each([
    [['openid'], {}],
    [['openid', 'profile'], { given_name: 'Dana', family_name: 'Reyes' }],
    [['openid', 'email'], { email: 'dana@example.com' }],
    [['openid', 'account'], { account_number: '4711', plan: 'Gold' }],
    [['openid', 'billing'], { billing: { balance: 84.2, currency: 'EUR' } }],
    [['openid', 'phone', 'address', 'unknown'], {}],
  ])('releases for the scopes %j exactly what they list and the brand maps', (scopes, expected) => {
    expect(release({ clientId: 'web', scopes })).toEqual(expected);
  });

  test('a claim that no scope lists is never released', () => {
    const scopes = ['openid', 'profile', 'email', 'account', 'billing'];
    expect(release({ clientId: 'web', scopes, requested: ['unlisted'] })).not.toHaveProperty('unlisted');
  });

  test('an unknown client gets nothing', () => {
    expect(release({ clientId: 'stranger', scopes: ['openid', 'profile'] })).toEqual({});
  });
});

describe('openid alone', () => {
  test("brings a chat client its included scopes and its own claims, which win over the brand's", () => {
    expect(release({ clientId: 'chat' })).toEqual({
      given_name: 'Dana',
      family_name: 'Reyes',
      account_number: '4711',
      plan: 'own: Gold',
      lp_sdes: [{ type: 'ctmrinfo', info: { customerId: '4711' } }],
    });
  });

  test('brings other clients nothing of it', () => {
    expect(release({ clientId: 'web' })).toEqual({});
  });

  test('must be granted for it', () => {
    expect(release({ clientId: 'chat', scopes: ['email'] })).toEqual({ email: 'dana@example.com' });
  });
});

describe('the ID token', () => {
  const scopes = ['openid', 'profile', 'billing'];

  test('carries no scope claims beside an access token', () => {
    expect(release({ clientId: 'web', scopes, use: 'id_token' })).toEqual({});
  });

  test('carries them where no access token is issued (OpenID Connect Core 5.4)', () => {
    expect(release({ clientId: 'web', scopes, use: 'id_token', onlyIdToken: true })).toEqual(
      release({ clientId: 'web', scopes }),
    );
  });

  test('carries them for a client with id_token_claims', () => {
    expect(release({ clientId: 'chat', use: 'id_token' })).toEqual(release({ clientId: 'chat' }));
  });

  test('carries what the claims parameter asked for', () => {
    const requested = ['email', 'billing'];
    expect(release({ clientId: 'web', requested, use: 'id_token' })).toEqual({
      email: 'dana@example.com',
      billing: { balance: 84.2, currency: 'EUR' },
    });
  });
});

describe('the claims parameter', () => {
  test('reaches only claims of scopes that the client may ask for', () => {
    const requested = ['plan', 'billing', 'email', 'given_name', 'lp_sdes'];
    expect(release({ clientId: 'narrow', requested })).toEqual({ plan: 'Gold' });
  });

  test("does not reach another client's own claims", () => {
    expect(release({ clientId: 'web', requested: ['lp_sdes'] })).toEqual({});
  });

  test.each(['sub', '__proto__', 'constructor', 'toString', ''])('asking for %j brings nothing', (name) => {
    expect(release({ clientId: 'web', requested: [name] })).toEqual({});
  });
});

describe('values', () => {
  test('what the record does not have is left out, at any depth', () => {
    const all = ['openid', 'profile', 'email', 'account', 'billing'];
    const poor = { first_name: 'Dana', last_name: null, billing: { balance: 0, currency: '' } };
    expect(release({ clientId: 'web', scopes: all }, poor)).toEqual({
      given_name: 'Dana',
      billing: { balance: 0, currency: '' },
    });
  });

  test('an object of which nothing is left is left out', () => {
    expect(release({ clientId: 'web', scopes: ['openid', 'billing'] }, {})).toEqual({});
  });

  test('a function that meets a wrong type costs its claim only, and is told without values', () => {
    const problems: unknown[] = [];
    const mapping = createClaimsMapping({
      claims: { given_name: 'first_name', family_name: "join('-', first_name)" },
      scopes: {},
      clients: [{ id: 'web' }],
      onProblem: (problem) => problems.push(problem),
    });
    const released = mapping.release({
      account: { record },
      clientId: 'web',
      scopes: ['profile'],
      requested: [],
      use: 'userinfo',
    });
    expect(released).toEqual({ given_name: 'Dana' });
    expect(problems).toEqual([
      {
        clientId: 'web',
        claim: 'family_name',
        reason: expect.stringContaining('join() expected argument 2'),
      },
    ]);
  });

  test('the record is not changed by any expression', () => {
    const frozen = Object.freeze({ list: Object.freeze([3, 1, 2]) });
    const mapping = createClaimsMapping({
      claims: { name: 'sort(list)', nickname: 'reverse(list)' },
      scopes: {},
      clients: [{ id: 'web' }],
    });
    const request = {
      account: { record: frozen },
      clientId: 'web',
      scopes: ['profile'],
      requested: [],
      use: 'userinfo',
    } as const;
    expect(mapping.release(request)).toEqual({ name: [1, 2, 3], nickname: [2, 1, 3] });
    expect(frozen.list).toEqual([3, 1, 2]);
  });
});

describe('a brand that lists a standard scope', () => {
  test('decides itself what that scope brings', () => {
    const own = { ...brand, scopes: { profile: ['plan'] } };
    const released = createClaimsMapping(own).release({
      account: { record },
      clientId: 'web',
      scopes: ['openid', 'profile'],
      requested: [],
      use: 'userinfo',
    });
    expect(released).toEqual({ plan: 'Gold' });
  });
});

describe('claim names', () => {
  test('are all that some client can get, once each', () => {
    expect(claimNames(brand).toSorted()).toEqual(
      ['account_number', 'billing', 'email', 'family_name', 'given_name', 'lp_sdes', 'plan'].toSorted(),
    );
  });

  test('are listed by scope; scopes without a mapped claim are not', () => {
    expect(claimsByScope(brand)).toEqual({
      openid: ['lp_sdes', 'plan', 'family_name', 'given_name', 'account_number'],
      profile: ['family_name', 'given_name'],
      email: ['email'],
      account: ['account_number', 'plan'],
      billing: ['billing'],
    });
  });
});
