import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ConfigError } from '../../src/config/config-error.ts';
import type { BrandCheck } from '../../src/config/contract.ts';
import {
  brandWith,
  createTemporaryConfig,
  goodBrand,
  headline,
  type TemporaryConfig,
} from './temporary-config.ts';

const key = 'k'.repeat(32);
const otherKey = 'o'.repeat(32);
const production = { NODE_ENV: 'production', PARLEY_COOKIE_KEYS: key };
const opened: TemporaryConfig[] = [];

async function withFiles(files: Record<string, string>): Promise<TemporaryConfig> {
  const config = await createTemporaryConfig(files);
  opened.push(config);
  return config;
}

const withBrand = (files: Record<string, string> = {}): Promise<TemporaryConfig> =>
  withFiles({ 'config/brands/acme.yaml': goodBrand, ...files });

async function errorOf(config: TemporaryConfig, env: Record<string, string> = {}): Promise<ConfigError> {
  const error = await config.load(env).catch((thrown: unknown) => thrown);
  if (error instanceof ConfigError) return error;
  throw new Error('the configuration loaded');
}

afterEach(async () => {
  for (const config of opened.splice(0)) await config.remove();
});

describe('the configuration', () => {
  test('needs no server.yaml and no environment', async () => {
    const config = await withBrand();
    expect(await config.load()).toMatchObject({
      production: false,
      demoAllowed: false,
      server: { host: 'localhost', port: 3000, log_level: 'info', cookie_keys: [], trusted_proxies: [] },
      brands: [{ brand: 'acme', issuer: 'https://id.acme.example', demo: false, subject: 'public' }],
      warnings: [],
      skipped: [],
    });
  });

  test('is frozen to its depth', async () => {
    const config = await (await withBrand()).load();
    expect(() => {
      Object.assign(config.brands[0]!.clients[0]!, { secret: 'changed' });
    }).toThrow(TypeError);
    expect(Object.isFrozen(config.server.trusted_proxies)).toBe(true);
  });

  test('is read from PARLEY_CONFIG', async () => {
    const config = await withFiles({ 'elsewhere/brands/acme.yaml': goodBrand });
    expect((await config.load({ PARLEY_CONFIG: 'elsewhere' })).brands).toHaveLength(1);
    expect((await config.load({ PARLEY_CONFIG: `${config.cwd}/elsewhere` })).brands).toHaveLength(1);
  });

  test('starts every relative path at the working directory', async () => {
    const config = await withBrand({
      'config/server.yaml': 'keys: private\n',
      'secrets/web': 'a-secret-from-a-file\n',
    });
    await config.write(
      'config/brands/acme.yaml',
      brandWith('another-secret-of-good-length', '${file:secrets/web}'),
    );
    const { server, brands } = await config.load();
    expect(server.keys).toBe(`${config.cwd}/private`);
    expect(server.store).toBe(`embedded:${config.cwd}/data`);
    expect(brands[0]!.accounts.file?.path).toBe(`${config.cwd}/accounts.yaml`);
    expect(brands[0]!.clients[1]!.secret).toBe('a-secret-from-a-file');
  });

  test('without its folder says what to do', async () => {
    const config = await withFiles({});
    const [problem] = await config.problems();
    expect(headline(problem!)).toBe(`${config.cwd}/config/brands: this folder cannot be read`);
    expect(problem!.fix).toContain('npx parley init');
  });

  test('without a brand says what to do', async () => {
    const config = await withFiles({ 'config/brands/readme.txt': 'nothing\n' });
    const [problem] = await config.problems();
    expect(headline(problem!)).toBe('brands: there is no brand');
  });

  test('warns about a brand file that is not read', async () => {
    const config = await withBrand({ 'config/brands/other.yml': goodBrand });
    expect((await config.load()).warnings.map(headline)).toEqual(['brands/other.yml: warning: is not read']);
  });
});

describe('ten mistakes in one file', () => {
  const brand = `brand: acme
issuer: https://id.acme.example
accounts:
  file: {}
theme: dark
claims:
  account_number: "account.["
  sub: id
scopes:
  account: account_number
clients:
  - id: web
    secret: hunter2
    flows: [code, pkcee]
    scopes: [loyalty]
    redirect_uris:
      - https://www.acme.example/callback
      - http://www.acme.example/callback
      - "https://www.acme.example/*"
      - "https://www.acme.example/#x"
    pages: [https://www.acme.example/shop]
  - id: web
    secret: a-secret-of-good-length
    redirect_uris: [7, https://www.acme.example/callback, "javascript:alert(1)"]
`;
  const checks: BrandCheck[] = [
    ({ claims }) =>
      claims['account_number'] === 'account.['
        ? [
            {
              path: ['claims', 'account_number'],
              message: 'does not parse',
              fix: 'repair it',
              severity: 'error',
            },
          ]
        : [],
  ];

  test('come out in one run, each once, each at its place', async () => {
    const config = await withFiles({ 'config/brands/acme.yaml': brand });
    const problems = await config.problems({}, checks);
    expect(problems.filter(({ severity }) => severity === 'error').map(headline)).toEqual([
      'brands/acme.yaml:4:3 accounts.file.path: is missing',
      'brands/acme.yaml:5:1 theme: unknown key',
      'brands/acme.yaml:7:3 claims.account_number: does not parse',
      'brands/acme.yaml:8:3 claims.sub: the claim sub cannot be mapped',
      'brands/acme.yaml:10:3 scopes.account: must be a list, not text',
      'brands/acme.yaml:13:5 clients[0].secret: has the wrong form',
      'brands/acme.yaml:14:19 clients[0].flows[1]: must be one of code, pkce, implicit, hybrid',
      'brands/acme.yaml:15:14 clients[0].scopes[0]: the scope loyalty is not defined',
      'brands/acme.yaml:18:9 clients[0].redirect_uris[1]: must be https',
      'brands/acme.yaml:19:9 clients[0].redirect_uris[2]: must not contain a wildcard',
      'brands/acme.yaml:20:9 clients[0].redirect_uris[3]: must not have a fragment',
      'brands/acme.yaml:21:13 clients[0].pages[0]: must be an origin and nothing more',
      'brands/acme.yaml:22:5 clients[1].id: the id web stands twice',
      'brands/acme.yaml:24:21 clients[1].redirect_uris[0]: must be text, not a number',
      'brands/acme.yaml:24:59 clients[1].redirect_uris[2]: must not use the scheme javascript:',
    ]);
  });

  test('come with those of the other files', async () => {
    const config = await withFiles({
      'config/server.yaml': 'prot: 3000\ntrusted_proxies: [10.0.0.0/33]\n',
      'config/brands/acme.yaml': brand,
      'config/brands/other.yaml': 'brand: [\n',
    });
    const files = (await config.problems({ LOG_LEVEL: 'loud' })).map(({ file }) => file);
    expect(new Set(files)).toEqual(
      new Set(['environment', 'server.yaml', 'brands/acme.yaml', 'brands/other.yaml']),
    );
  });

  test('make one error whose message gives each a line for its fix', async () => {
    const config = await withBrand();
    await config.write('config/brands/acme.yaml', `${goodBrand}theme: dark\nscops: {}\n`);
    expect((await errorOf(config)).message).toBe(
      [
        'brands/acme.yaml:18:1 theme: unknown key',
        '    fix: known here: version, brand, display_name, demo, issuer, login, back_channel, accounts, subject, claims, pii, scopes, resources, session, lifetimes, keys, limits, request_log, internal_hosts, clients',
        'brands/acme.yaml:19:1 scops: unknown key',
        '    fix: did you mean scopes?',
      ].join('\n'),
    );
  });
});

describe('secrets', () => {
  test('of every kind stay out of the problems', async () => {
    const secret = 'hunter2!';
    const config = await withFiles({
      'config/server.yaml': `cookie_keys: [${secret}]\nencryption_keys: "${secret}"\nstore: redis//:${secret}@host\n`,
      'config/brands/acme.yaml': `${goodBrand}    encryption: { key: [${secret}], kid: 7 }
    jwks_uri: http://me:${secret}@www.acme.example
    jwks: ${secret}
    post_logout_redirect_uris: ["https://me:${secret}@www.acme.example"]
  - id: mobile
    secret: "${secret}"
`,
      'config/brands/quote.yaml': `brand: quote\nsecret: "${secret}\n`,
      'config/brands/indent.yaml': `clients:\n  - secret: @${secret}\n   - ${secret}: ${secret}\n`,
      'config/brands/outside.yaml': `brand: "\${NOT_SET_\${:-${secret}"\nissuer: "\${bad name:-${secret}}"\n`,
    });
    const env = { PARLEY_COOKIE_KEYS: secret, PARLEY_ENCRYPTION_KEYS: `${key},${secret}` };
    const { message, problems } = await errorOf(config, env);
    expect(problems.length).toBeGreaterThan(10);
    expect(`${message}${JSON.stringify(problems)}`).not.toContain('hunter2');
  });
});

describe('the environment', () => {
  const serverYaml = `host: 10.1.2.3
port: 4000
store: redis://cache
keys: private
cookie_keys: [${otherKey}]
log_level: warn
`;
  const env = {
    HOST: '0.0.0.0',
    PORT: '5000',
    PARLEY_STORE: 'rediss://other',
    PARLEY_KEYS: '/keys',
    PARLEY_COOKIE_KEYS: ` ${key}, ${otherKey},`,
    PARLEY_ENCRYPTION_KEYS: key,
    LOG_LEVEL: 'debug',
  };

  test('wins over server.yaml', async () => {
    const config = await withBrand({ 'config/server.yaml': serverYaml });
    expect((await config.load(env)).server).toMatchObject({
      host: '0.0.0.0',
      port: 5000,
      store: 'rediss://other',
      keys: '/keys',
      cookie_keys: [key, otherKey],
      encryption_keys: [key],
      log_level: 'debug',
    });
  });

  test('leaves server.yaml alone where it is silent or empty', async () => {
    const config = await withBrand({ 'config/server.yaml': serverYaml });
    expect((await config.load({ PORT: '', HOST: '' })).server).toMatchObject({
      host: '10.1.2.3',
      port: 4000,
      store: 'redis://cache',
      cookie_keys: [otherKey],
    });
  });

  test('is checked like a file, under the name of the variable', async () => {
    const config = await withBrand({ 'config/server.yaml': serverYaml });
    const wrong = {
      PORT: '70000',
      PARLEY_COOKIE_KEYS: `${key},short`,
      LOG_LEVEL: 'inof',
      PARLEY_STORE: 'memory',
    };
    const problems = await config.problems(wrong);
    expect(problems.map(headline).toSorted()).toEqual([
      'environment LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent',
      'environment PARLEY_COOKIE_KEYS[1]: must have at least 32 characters',
      'environment PARLEY_STORE: has the wrong form',
      'environment PORT: must be at most 65535',
    ]);
    expect(problems.map(({ fix }) => fix)).toContain('did you mean info?');
  });

  test('a port that is no number is told as such', async () => {
    const config = await withBrand();
    expect((await config.problems({ PORT: 'http' })).map(headline)).toEqual([
      'environment PORT: must be a whole number, not text',
    ]);
  });

  test('is told once that a port is none, not again by each address that is made of it', async () => {
    const config = await withBrand();
    await config.write(
      'config/brands/acme.yaml',
      brandWith('https://id.acme.example', 'http://localhost:${PORT}').replace(/^ +pages: .*\n/m, ''),
    );
    expect((await config.problems({ PORT: 'abc' })).map(headline)).toEqual([
      'environment PORT: must be a whole number, not text',
    ]);
  });

  describe('names files for secrets', () => {
    test('whose content is the value, a list with one on each line too', async () => {
      const config = await withBrand({
        'run/cookies': `${key}\n${otherKey}\n`,
        'run/store': 'redis://:pass@cache\n',
      });
      const { server } = await config.load({
        PARLEY_COOKIE_KEYS_FILE: 'run/cookies',
        PARLEY_STORE_FILE: join(config.cwd, 'run/store'),
        PARLEY_ENCRYPTION_KEYS_FILE: '',
      });
      expect(server).toMatchObject({ cookie_keys: [key, otherKey], store: 'redis://:pass@cache' });
    });

    test('and says what is wrong with them, never what is in them', async () => {
      const config = await withBrand({ 'run/short': 'hunter2\n' });
      const problems = await config.problems({
        PARLEY_COOKIE_KEYS_FILE: 'run/short',
        PARLEY_STORE_FILE: 'run/nowhere',
        PARLEY_ENCRYPTION_KEYS_FILE: 'run/short',
        PARLEY_ENCRYPTION_KEYS: key,
      });
      expect(problems.map(headline).toSorted()).toEqual([
        'environment PARLEY_COOKIE_KEYS_FILE[0]: must have at least 32 characters',
        'environment PARLEY_ENCRYPTION_KEYS_FILE: stands beside PARLEY_ENCRYPTION_KEYS',
        'environment PARLEY_STORE_FILE: names no file',
      ]);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    });
  });

  test('fills numbers and truth values of the files', async () => {
    const config = await withBrand({
      'config/server.yaml': 'port: ${MY_PORT}\nstore_timeout: "${TIMEOUT:-250}"\n',
    });
    await config.write(
      'config/brands/acme.yaml',
      `${goodBrand}    id_token_claims: \${YES}\ndemo: \${DEMO:-false}\n`,
    );
    const { server, brands } = await config.load({ MY_PORT: '4100', YES: 'true' });
    expect(server).toMatchObject({ port: 4100, store_timeout: 250 });
    expect(brands[0]).toMatchObject({ demo: false });
    expect(brands[0]!.clients[1]).toMatchObject({ id_token_claims: true });
  });

  test('a secret of digits stays text', async () => {
    const config = await withBrand();
    await config.write('config/brands/acme.yaml', brandWith('another-secret-of-good-length', '${DIGITS}'));
    const { brands } = await config.load({ DIGITS: '01234567890123456789' });
    expect(brands[0]!.clients[1]!.secret).toBe('01234567890123456789');
  });

  test('PARLEY_DEMO=1, and nothing else, allows demo brands everywhere', async () => {
    const config = await withBrand();
    expect((await config.load({ PARLEY_DEMO: '1' })).demoAllowed).toBe(true);
    expect((await config.load({ PARLEY_DEMO: '0' })).demoAllowed).toBe(false);
  });
});

describe('server.yaml', () => {
  test.each([
    ['an unknown key', 'prot: 3000\n', 'server.yaml:1:1 prot: unknown key'],
    ['no mapping', '- 3000\n', 'server.yaml:1:1: must be a mapping (key: value)'],
    [
      'a proxy that is no address',
      'trusted_proxies: [10.0.0.1, proxy]\n',
      'server.yaml:1:29 trusted_proxies[1]: must be an address or a CIDR range',
    ],
    [
      'too wide a range',
      'trusted_proxies: [10.0.0.0/33]\n',
      'server.yaml:1:19 trusted_proxies[0]: must be an address or a CIDR range',
    ],
    [
      'a certificate that is not there',
      'tls: { cert: no.pem, key: accounts.yaml }\n',
      'server.yaml:1:8 tls.cert: names no file',
    ],
    ['a URL for a host', 'host: http://localhost\n', 'server.yaml:1:1 host: has the wrong form'],
    [
      'an unset variable',
      'host: ${WHERE}\n',
      'server.yaml:1:1 host: the environment variable WHERE is not set',
    ],
    ['a tab', 'tls:\n\tcert: x\n', 'server.yaml:2:1: a tab is used for indentation'],
  ])('%s', async (_, text, expected) => {
    const config = await withBrand({ 'config/server.yaml': text });
    expect((await config.problems()).map(headline)).toEqual([expected]);
  });

  test.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])('%s can be a trusted proxy', async (proxy) => {
    const config = await withBrand({ 'config/server.yaml': `trusted_proxies: ["${proxy}"]\n` });
    expect((await config.load()).server.trusted_proxies).toEqual([proxy]);
  });
});

const other = (issuer: string, name = 'other'): string =>
  brandWith('brand: acme', `brand: ${name}`).replace('https://id.acme.example', issuer);

describe('several brands', () => {
  test.each([
    [
      'one name',
      other('https://two.acme.example', 'acme'),
      'brand: the name acme stands in brands/acme.yaml too',
    ],
    ['one issuer', other('https://id.acme.example'), 'issuer: is the issuer of brands/acme.yaml too'],
    [
      'an issuer below another',
      other('https://id.acme.example/two'),
      'issuer: lies on the same host as the issuer of brands/acme.yaml, one path inside the other',
    ],
  ])('do not share %s', async (_, text, expected) => {
    const config = await withBrand({ 'config/brands/other.yaml': text });
    const lines = (await config.problems()).map(headline);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^brands\/other\.yaml:[12]:1 /);
    expect(lines[0]).toContain(expected);
  });

  test.each([
    ['https://id.acme.example/one', 'https://id.acme.example/two'],
    ['https://id.acme.example/one', 'https://id.acme.example/one-more'],
    ['https://id.acme.example', 'https://id.acme.example:8443'],
    ['https://id.acme.example', 'https://id.acme.example.acme.example'],
  ])('may have the issuers %s and %s', async (one, two) => {
    const config = await withBrand({ 'config/brands/other.yaml': other(two) });
    await config.write('config/brands/acme.yaml', brandWith('https://id.acme.example', one));
    expect((await config.load()).brands).toHaveLength(2);
  });

  test('two that cannot be read are not called the same', async () => {
    const broken = brandWith('brand: acme\nissuer: https://id.acme.example\n', '');
    const config = await withFiles({ 'config/brands/one.yaml': broken, 'config/brands/two.yaml': broken });
    const lines = (await config.problems()).map(headline);
    expect(lines.filter((line) => !line.includes('is missing'))).toEqual([]);
  });
});

describe('in production', () => {
  const demo = brandWith('brand: acme', 'brand: demo\ndemo: true').replace('https://id.', 'https://demo.');

  test('demo brands are skipped by name, mistakes and all', async () => {
    const config = await withBrand({ 'config/brands/demo.yaml': `${demo}nonsense: true\nkey: \${UNSET}\n` });
    const loaded = await config.load(production);
    expect(loaded.production).toBe(true);
    expect(loaded.skipped).toEqual(['demo']);
    expect(loaded.brands.map(({ brand }) => brand)).toEqual(['acme']);
  });

  test('outside it they are served', async () => {
    const config = await withBrand({ 'config/brands/demo.yaml': demo });
    const loaded = await config.load();
    expect(loaded.skipped).toEqual([]);
    expect(loaded.brands.map(({ brand }) => brand)).toEqual(['acme', 'demo']);
  });

  test('no brand may be left, which ends the start', async () => {
    const config = await withFiles({ 'config/brands/demo.yaml': demo });
    const problems = await config.problems(production);
    expect(problems.map(headline)).toEqual(['brands: no brand is left: production skips demo brands (demo)']);
    expect(problems[0]!.fix).toContain('npx parley init');
  });

  test('cookie keys must be given', async () => {
    const config = await withBrand();
    const problems = await config.problems({ NODE_ENV: 'production' });
    expect(problems.map(headline)).toEqual(['server.yaml cookie_keys: is missing in production']);
    expect(problems[0]!.fix).toContain('npx parley keys cookie');
  });

  test.each(['prod', 'Production', 'staging'])(
    'NODE_ENV=%s is refused: it would switch the rules off',
    async (NODE_ENV) => {
      const problems = await (await withBrand()).problems({ NODE_ENV });
      expect(problems.map(headline)).toEqual([
        'environment NODE_ENV: must be production, development or test',
      ]);
    },
  );

  test.each(['', 'development', 'test'])('NODE_ENV=%p asks for nothing', async (NODE_ENV) => {
    expect(await (await withBrand()).load({ NODE_ENV })).toMatchObject({ production: false });
  });

  test('cookie keys in server.yaml will do', async () => {
    const config = await withBrand({ 'config/server.yaml': `cookie_keys: [${key}]\n` });
    expect((await config.load({ NODE_ENV: 'production' })).server.cookie_keys).toEqual([key]);
  });

  test('a demo secret in a real brand ends the start; elsewhere it is a warning', async () => {
    const config = await withBrand();
    await config.write(
      'config/brands/acme.yaml',
      brandWith('another-secret-of-good-length', 'demo-web-secret'),
    );
    const place = 'brands/acme.yaml:15:5 clients[1].secret:';
    expect((await config.problems(production)).map(headline)).toEqual([
      `${place} is a demo secret, which everybody knows`,
    ]);
    expect((await config.load()).warnings.map(headline)).toEqual([
      `${place} warning: is a demo secret, which everybody knows`,
    ]);
  });

  test('an issuer on http is refused as everywhere', async () => {
    const config = await withBrand();
    await config.write(
      'config/brands/acme.yaml',
      brandWith('https://id.acme.example', 'http://id.acme.example'),
    );
    expect((await config.problems(production)).map(headline)).toContain(
      'brands/acme.yaml:2:1 issuer: must be https on a public host',
    );
  });
});
