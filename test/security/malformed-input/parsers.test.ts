import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createClaimsMapping } from '../../../src/claims/claims-mapping.ts';
import { compileExpression, ExpressionError } from '../../../src/claims/compile-expression.ts';
import { ConfigError } from '../../../src/config/config-error.ts';
import { createAssertionVerifier } from '../../../src/directory/assertion/create-assertion-verifier.ts';
import { pickCookies } from '../../../src/directory/brand-session/pick-cookies.ts';
import { UnusableHash } from '../../../src/directory/passwords/password-format.ts';
import { readHash } from '../../../src/directory/passwords/read-hash.ts';
import { parseEncryptionKey } from '../../../src/keys/encryption-key.ts';
import { KeyError } from '../../../src/keys/key-error.ts';
import { signingFileSchema } from '../../../src/keys/signing-key-schema.ts';
import { createTemporaryConfig, goodBrand, type TemporaryConfig } from '../../config/temporary-config.ts';
import { brandIssuer } from '../../support/brand-signer.ts';
import { encode, signByHand } from '../../support/jose-attacks.ts';

/**
 * docs/security.md 55: our own readers answer every input with a value or with their own error. fast-check prints the
 * seed and the smallest input with a failure; FUZZ_SEED repeats it, FUZZ_RUNS makes more of them.
 */
const seed = process.env['FUZZ_SEED'];
fc.configureGlobal({
  ...(seed !== undefined && { seed: Number(seed) }),
  numRuns: Number(process.env['FUZZ_RUNS'] ?? 100),
});

/** Whatever a parser of JSON may hand on, with names that objects have by themselves. */
const anyJson = fc.json({ noUnicodeString: false, maxDepth: 4 });
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 300 }),
  anyJson,
);

describe('55 the brand’s assertion', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'brand-1', alg: 'ES256' };
  const verifier = createAssertionVerifier({
    settings: { issuer: brandIssuer, jwks: { keys: [jwk] as never } },
    audience: 'https://id.acme.example',
    now: () => 1_800_000_000,
    useOnce: async () => true,
    fetch: () => Promise.reject(new Error('nothing is fetched')),
  });
  const use = { channel: 'front', clientId: 'web' } as const;
  const verify = (jwt: string) => verifier.verify(jwt, use);
  const header = { alg: 'ES256', typ: 'parley-login+jwt', kid: 'brand-1' };

  test('of any text is refused', () =>
    fc.assert(
      fc.asyncProperty(anyText, async (jwt) => {
        expect((await verify(jwt)).kind).toBe('refused');
      }),
    ));

  test('with any header is refused', () =>
    fc.assert(
      fc.asyncProperty(anyJson, anyJson, async (head, payload) => {
        expect((await verify(`${encode(head)}.${encode(payload)}.AAAA`)).kind).toBe('refused');
      }),
    ));

  test('that is signed and says anything is refused', () =>
    fc.assert(
      fc.asyncProperty(anyJson, async (payload) => {
        expect((await verify(signByHand(header, payload, privateKey))).kind).toBe('refused');
      }),
    ));

  test('that is right but for one claim of any value is taken only where the value says the same', () => {
    const right = {
      iss: brandIssuer,
      aud: 'https://id.acme.example',
      sub: 'c-1',
      iat: 1_800_000_000,
      exp: 1_800_000_060,
      jti: 'j',
      channel: 'front',
    };
    return fc.assert(
      fc.asyncProperty(
        fc.constantFrom('iss', 'aud', 'sub', 'iat', 'exp', 'jti', 'channel', 'nonce', 'client_id'),
        fc.jsonValue(),
        async (name, value) => {
          const outcome = await verify(signByHand(header, { ...right, [name]: value }, privateKey));
          if (outcome.kind !== 'verified') return;
          const isFree = ['sub', 'jti'].includes(name) && typeof value === 'string' && value !== '';
          expect(isFree || (['iat', 'exp'].includes(name) && typeof value === 'number')).toBe(true);
        },
      ),
    );
  });
});

describe('55 the import of keys', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const forms = [
    publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    JSON.stringify(publicKey.export({ format: 'jwk' })),
    privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    privateKey.export({ type: 'pkcs1', format: 'der' }).toString('base64'),
  ];
  const damaged = fc
    .tuple(fc.constantFrom(...forms), fc.nat(3000), fc.nat(40), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([form, at, length, put]) => form.slice(0, at) + put + form.slice(at + length));

  test('takes a public RSA key or says in words what is wrong, and never shows the text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, damaged), (text) => {
        try {
          const key = parseEncryptionKey(text);
          expect(key.kty).toBe('RSA');
          expect(Object.keys(key).filter((name) => ['d', 'p', 'q'].includes(name))).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(KeyError);
          if (text.length > 30) expect(String(error)).not.toContain(text.slice(0, 30));
        }
      }),
    );
  });

  test('of a key file refuses what is none', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => !signingFileSchema.safeParse(value).success));
  });

  test('of password hashes gives a check or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.string().map((text) => `$argon2id$v=19$m=1024,t=1,p=1$${text}`),
        ),
        (hash) => {
          const read = attempt(() => readHash(hash));
          if (read instanceof Error) expect(read).toBeInstanceOf(UnusableHash);
        },
      ),
    );
  });
});

describe('55 the claims mapping', () => {
  test('compiles any text or says why not', () => {
    fc.assert(
      fc.property(anyText, (source) => {
        const compiled = attempt(() => compileExpression(source));
        if (compiled instanceof Error) expect(compiled).toBeInstanceOf(ExpressionError);
      }),
    );
  });

  test('leaves out what it cannot evaluate, whatever the record is', () => {
    const problems: unknown[] = [];
    const mapping = createClaimsMapping({
      claims: {
        a: 'name',
        b: '{x: a.b.c, y: a[0], z: keys(@)}',
        c: 'to_date(due)',
        d: 'to_e164(phone)',
        e: 'round(balance)',
        f: 'sort_by(list, &n)',
        g: 'parse_number(amount)',
        h: "join(', ', names)",
      },
      scopes: { account: ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] },
      clients: [],
      onProblem: (problem) => problems.push(problem),
    });
    const record = fc.dictionary(
      fc.constantFrom(
        'name',
        'a',
        'due',
        'phone',
        'balance',
        'list',
        'amount',
        'names',
        '__proto__',
        'constructor',
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(record, (account) => {
        const claims = mapping.release({
          account: { accountId: 'c-1', ...account } as never,
          clientId: 'web',
          scopes: ['account'],
          requested: [],
          use: 'id_token',
        });
        expect(JSON.parse(JSON.stringify(claims))).toEqual(claims);
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      }),
    );
  });
});

describe('55 the configuration', () => {
  let config: TemporaryConfig;
  beforeAll(async () => {
    config = await createTemporaryConfig({ 'config/brands/acme.yaml': goodBrand });
  });
  afterAll(() => config.remove());

  const load = async (text: string, path = 'config/brands/acme.yaml') => {
    await config.write(path, text);
    const outcome = await config.load().catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ConfigError);
  };

  test('of any text is loaded or refused in a list of problems', () =>
    fc.assert(fc.asyncProperty(anyText, (text) => load(text))));

  test('with a piece of it cut, doubled or replaced is too', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(goodBrand.length),
        fc.nat(60),
        fc.oneof(
          fc.constantFrom(
            '',
            '&a [*a]',
            '<<: *x',
            '!!js/function x',
            '- ',
            '  ',
            '\t',
            ': ',
            '"',
            '${',
            '${A:-}',
            '# ',
          ),
          fc.string({ unit: 'binary', maxLength: 12 }),
        ),
        (at, length, put) => load(goodBrand.slice(0, at) + put + goodBrand.slice(at + length)),
      ),
    ));

  test('with any value at any key is too', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'issuer',
          'login',
          'accounts',
          'claims',
          'scopes',
          'clients',
          'resources',
          'session',
          'internal_hosts',
        ),
        fc.jsonValue(),
        (name, value) =>
          load(
            `${goodBrand.replace(new RegExp(`^${name}:[^]*?(?=^\\w|$)`, 'm'), '')}\n${name}: ${JSON.stringify(value)}\n`,
          ),
      ),
    ));
});

describe('55 cookies', () => {
  test('of any shape give the named one, as it was sent, or none', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.constantFrom('sid', '', '__proto__'),
        (header, name) => {
          const picked = pickCookies(header, [name]);
          if (picked.kind !== 'picked') return;
          expect(picked.header.startsWith(`${name}=`)).toBe(true);
          expect(header).toContain(picked.header.slice(name.length + 1));
          for (const breaking of ['\r', '\n', '\0', ';']) expect(picked.header).not.toContain(breaking);
        },
      ),
    );
  });

  test('with a name twice are ambiguous wherever they stand', () => {
    const other = fc.string({ unit: fc.constantFrom('a', 'b', '=', ' '), maxLength: 10 });
    fc.assert(
      fc.property(other, other, other, (before, between, after) => {
        const header = [before, 'sid=1', between, 'sid=2', after].join(';');
        expect(pickCookies(header, ['sid']).kind).toBe('ambiguous');
      }),
    );
  });
});

function attempt<T>(work: () => T): T | Error {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
