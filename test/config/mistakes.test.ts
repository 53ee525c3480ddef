import { describe, expect, test } from '@jest/globals';
import { brandWith, createTemporaryConfig, goodBrand, headline } from './temporary-config.ts';

/** One mistake in an otherwise good brand, and the one line that the operator reads about it. */
async function linesOf(brand: string, env: Record<string, string> = {}): Promise<string[]> {
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brand });
  try {
    return (await config.problems(env)).map(headline);
  } finally {
    await config.remove();
  }
}

const redirect = '      - https://www.acme.example/callback';
const redirectTo = (uri: string): string => brandWith(redirect, `      - ${uri}`);
const nativeTo = (uri: string): string => `${redirectTo(uri)}    application_type: native\n`;
const issuerOf = (issuer: string): string => brandWith('https://id.acme.example', issuer);
const pagesOf = (page: string): string => brandWith('https://www.acme.example]', `${page}]`);
const uriAt = 'brands/acme.yaml:17:9 clients[1].redirect_uris[0]';
const pageAt = 'brands/acme.yaml:13:13 clients[0].pages[0]';

test('a brand without a mistake has neither problem nor warning', async () => {
  expect(await linesOf(goodBrand)).toEqual([]);
});

describe('the shape of a brand', () => {
  test.each([
    ['an unknown key', `${goodBrand}theme: dark\n`, 'brands/acme.yaml:18:1 theme: unknown key'],
    [
      'a missing key',
      brandWith('issuer: https://id.acme.example\n', ''),
      'brands/acme.yaml:1:1 issuer: is missing',
    ],
    [
      'a missing inner key',
      brandWith('{ path: accounts.yaml }', '{}'),
      'brands/acme.yaml:4:3 accounts.file.path: is missing',
    ],
    [
      'a wrong type',
      brandWith('[account_number]', 'account_number'),
      'brands/acme.yaml:8:3 scopes.account: must be a list, not text',
    ],
    [
      'a number for text',
      brandWith('id: web', 'id: 12'),
      'brands/acme.yaml:14:5 clients[1].id: must be text, not a number',
    ],
    [
      'nothing at all',
      brandWith('id: web', 'id:'),
      'brands/acme.yaml:14:5 clients[1].id: must be text, not empty',
    ],
    [
      'a wrong choice',
      `${goodBrand}    flows: [code, pcke]\n`,
      'brands/acme.yaml:18:19 clients[1].flows[1]: must be one of code, pkce, implicit, hybrid',
    ],
    [
      'an empty list',
      `${goodBrand}    flows: []\n`,
      'brands/acme.yaml:18:5 clients[1].flows: must not be an empty list',
    ],
    [
      'too large a number',
      `${goodBrand}lifetimes: { authorization_code: 601 }\n`,
      'brands/acme.yaml:18:14 lifetimes.authorization_code: must be at most 600',
    ],
    [
      'too small a number',
      `${goodBrand}session: { idle: 0 }\n`,
      'brands/acme.yaml:18:12 session.idle: must be more than 0',
    ],
    [
      'a broken number',
      `${goodBrand}session: { idle: 1.5 }\n`,
      'brands/acme.yaml:18:12 session.idle: must be a whole number',
    ],
    [
      'a name of the wrong form',
      brandWith('brand: acme', 'brand: Acme Inc'),
      'brands/acme.yaml:1:1 brand: has the wrong form',
    ],
    [
      'a short secret',
      brandWith('another-secret-of-good-length', 'short'),
      'brands/acme.yaml:15:5 clients[1].secret: has the wrong form',
    ],
    [
      'a scope of two words',
      brandWith('  account: [', '  "my account": ['),
      'brands/acme.yaml:8:3 scopes["my account"]: is not a name that may stand here',
    ],
    [
      'a list for a file',
      '- brand: acme\n',
      'brands/acme.yaml:1:1: must be a mapping (key: value), not a list',
    ],
  ])('%s', async (_, brand, expected) => {
    const lines = await linesOf(brand);
    expect(lines.filter((line) => !line.includes('warning:'))).toEqual([expected]);
  });
});

test('a lifetime in words is told which unit it has', async () => {
  const brand = `${goodBrand}lifetimes: { id_token: 1 hour }\n`;
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brand });
  try {
    expect(await config.problems()).toMatchObject([
      {
        path: ['lifetimes', 'id_token'],
        message: 'must be a whole number, not text',
        fix: 'write seconds in digits, without quotes: 3600 for an hour',
      },
    ]);
  } finally {
    await config.remove();
  }
});

describe('the syntax of YAML', () => {
  test.each([
    [
      'a key that stands twice',
      `${goodBrand}issuer: https://other.example\n`,
      'brands/acme.yaml:18:1: the key issuer stands twice',
    ],
    ['a tab', brandWith('  file:', '\tfile:'), 'brands/acme.yaml:4:1: a tab is used for indentation'],
    [
      'an open quote',
      brandWith('id: web', 'id: "web'),
      'brands/acme.yaml:18:1: a quote, bracket, colon or comma is missing',
    ],
    [
      'an unknown alias',
      brandWith('id: web', 'id: *web'),
      'brands/acme.yaml:14:9: an alias (*name) has no anchor',
    ],
    [
      'two documents',
      `${goodBrand}---\nbrand: two\n`,
      'brands/acme.yaml:18:1: there is a second document (---)',
    ],
  ])('%s', async (_, brand, expected) => {
    expect(await linesOf(brand)).toContain(expected);
  });

  test('an alias that contains itself is refused', async () => {
    expect(await linesOf(`${goodBrand}resources: &r { x: *r }\n`)).toEqual([
      'brands/acme.yaml:1:1: has too many aliases, or one that contains itself',
    ]);
  });

  test('aliases that multiply are refused', async () => {
    const bomb = ['a', 'b', 'c', 'd', 'e'].map((name, index, names) =>
      index === 0
        ? 'a: &a [x, x, x, x, x, x, x, x, x, x]'
        : `${name}: &${name} [${`*${names[index - 1]}, `.repeat(10)}]`,
    );
    expect(await linesOf(`${bomb.join('\n')}\n`)).toEqual([
      'brands/acme.yaml:1:1: has too many aliases, or one that contains itself',
    ]);
  });
});

describe('the issuer', () => {
  test.each([
    ['/issuer', 'must be an absolute URL'],
    ['ftp://id.acme.example', 'must be an absolute URL'],
    ['http://id.acme.example', 'must be https on a public host'],
    ['http://localhost.acme.example', 'must be https on a public host'],
    ['https://id.acme.example/', 'must not end with a slash'],
    ['https://id.acme.example?brand=acme', 'must not have a query or a fragment'],
    ['"https://id.acme.example#acme"', 'must not have a query or a fragment'],
    ['https://me:hunter2@id.acme.example', 'must not carry credentials'],
    ['https://ID.acme.example', 'is not in its normal form'],
    ['https://id.acme.example:443', 'is not in its normal form'],
    ['https://id.acme.example/a/../b', 'is not in its normal form'],
  ])('%s: %s', async (issuer, message) => {
    const lines = await linesOf(issuerOf(issuer));
    expect(lines).toContain(`brands/acme.yaml:2:1 issuer: ${message}`);
    expect(lines.join()).not.toContain('hunter2');
  });

  test.each([
    'http://localhost:3000',
    'http://127.0.0.1:3000',
    '"http://[::1]:3000"',
    'https://acme.example/id',
  ])('%s is taken', async (issuer) => {
    const lines = await linesOf(issuerOf(issuer));
    expect(lines.filter((line) => /:1 issuer:/.test(line))).toEqual([]);
  });
});

describe('grants of back ends', () => {
  const grants = (more: string) =>
    linesOf(
      `${brandWith('  - id: web\n', `  - id: web\n    grants: [jwt-bearer]\n${more}`)}login:
  - assertion: { verify: { issuer: https://www.acme.example, jwks_uri: https://www.acme.example/jwks.json } }
`,
    );

  test('are not for a client that is called somebody else’s: no consumer is asked there', async () => {
    expect(await grants('')).toEqual([]);
    const lines = await grants('    first_party: false\n');
    expect(lines).toEqual([expect.stringContaining("grants: are for the brand's own servers")]);
  });
});

describe('redirect URIs', () => {
  test.each([
    ['http://www.acme.example/callback', 'must be https'],
    ['http://127.0.0.1.acme.example/', 'must be https'],
    ['/callback', 'must be an absolute URL'],
    ['"https://www.acme.example/#x"', 'must not have a fragment'],
    ['"https://www.acme.example/#"', 'must not have a fragment'],
    ['https://*.acme.example/callback', 'must not contain a wildcard'],
    ['https://www.acme.example@evil.example/', 'must not contain user information'],
    ['javascript:alert(1)', 'must not use the scheme javascript:'],
    ['JavaScript:alert(1)', 'must not use the scheme javascript:'],
    ['"data:text/html,x"', 'must not use the scheme data:'],
    ['vbscript:x', 'must not use the scheme vbscript:'],
    ['"https://www.acme.example\\\\@evil.example/"', 'must not contain spaces or backslashes'],
    ['"java\\tscript:alert(1)"', 'must not contain spaces or backslashes'],
    ['com.acme.app:/callback', 'must be https'],
  ])('%s: %s', async (uri, message) => {
    expect(await linesOf(redirectTo(uri))).toEqual([`${uriAt}: ${message}`]);
  });

  test.each([
    ['myapp:/callback', "must use a scheme that is the app's own"],
    ['javascript:alert(1)', 'must not use the scheme javascript:'],
    ['http://www.acme.example/', 'must be https'],
    ['https://localhost/', 'must be http on a loopback address of a native client'],
  ])('of a native client, %s: %s', async (uri, message) => {
    expect(await linesOf(nativeTo(uri))).toEqual([`${uriAt}: ${message}`]);
  });

  test.each(['com.acme.app:/callback', 'http://127.0.0.1:8080/callback', '"http://[::1]/callback"'])(
    'of a native client, %s is taken',
    async (uri) => {
      expect(await linesOf(nativeTo(uri))).toEqual([]);
    },
  );

  test('with the implicit flow, a web client has https only', async () => {
    const brand = `${redirectTo('http://127.0.0.1:8080/callback')}    flows: [implicit]\n`;
    expect(await linesOf(brand)).toEqual([
      `${uriAt}: must be https and not localhost, for tokens travel in it (implicit or hybrid flow)`,
    ]);
  });

  test('addresses for after the sign-out follow the same rules', async () => {
    expect(await linesOf(`${goodBrand}    post_logout_redirect_uris: ["javascript:alert(1)"]\n`)).toEqual([
      'brands/acme.yaml:18:33 clients[1].post_logout_redirect_uris[0]: must not use the scheme javascript:',
    ]);
  });
});

describe('pages', () => {
  test.each([
    ['https://www.acme.example/', 'must be an origin and nothing more'],
    ['https://www.acme.example/shop', 'must be an origin and nothing more'],
    ['https://WWW.acme.example', 'must be an origin and nothing more'],
    ['http://www.acme.example', 'must be https'],
    ['https://*.acme.example', 'must be the origin of a page'],
    ['www.acme.example', 'must be the origin of a page'],
    ['"null"', 'must be the origin of a page'],
  ])('%s: %s', async (page, message) => {
    expect(await linesOf(pagesOf(page))).toContain(`${pageAt}: ${message}`);
  });

  test.each(['https://www.other.example', 'https://acme.test', 'http://localhost:5000'])(
    '%s is on another site than the issuer, which deserves a warning',
    async (page) => {
      expect(await linesOf(pagesOf(page))).toEqual([
        `${pageAt}: warning: is on another site than the issuer: browsers keep our session cookie from it`,
      ]);
    },
  );

  test('all ports of localhost are one site', async () => {
    const brand = pagesOf('http://localhost:5000').replace(
      'https://id.acme.example',
      'http://localhost:3000',
    );
    expect(await linesOf(brand)).toEqual([]);
  });
});

const claimsWith = (line: string): string =>
  brandWith('  account_number: account.number', `  account_number: account.number\n  ${line}`);

describe('claims and scopes', () => {
  test.each([
    [
      'sub is not mapped',
      claimsWith('sub: id'),
      'brands/acme.yaml:7:3 claims.sub: the claim sub cannot be mapped',
    ],
    [
      'iss is not mapped',
      claimsWith('iss: id'),
      'brands/acme.yaml:7:3 claims.iss: the claim iss cannot be mapped',
    ],
    [
      'sub is not mapped for one client either',
      `${goodBrand}    claims: { sub: id }\n`,
      'brands/acme.yaml:18:15 clients[1].claims.sub: the claim sub cannot be mapped',
    ],
    [
      'a personal claim is one that exists',
      `${goodBrand}pii: [acount_number]\n`,
      'brands/acme.yaml:18:7 pii[0]: the claim acount_number is never mapped',
    ],
    [
      'a subject is one of two words or a template',
      `${goodBrand}    subject: email\n`,
      'brands/acme.yaml:18:5 clients[1].subject: has the wrong form',
    ],
    [
      'a template is named',
      `${goodBrand}    subject: { expression: legacy.id }\n`,
      'brands/acme.yaml:18:5 clients[1].subject: has the wrong form',
    ],
    [
      'a claim that nothing releases deserves a warning',
      claimsWith('shoe_size: shoe'),
      'brands/acme.yaml:7:3 claims.shoe_size: warning: the claim shoe_size can never reach a token',
    ],
    [
      'a scope with a claim that is not mapped deserves a warning',
      brandWith('[account_number]', '[account_number, plan]'),
      'brands/acme.yaml:8:29 scopes.account[1]: warning: the claim plan is never mapped',
    ],
    [
      'a client asks for defined scopes only',
      `${goodBrand}    scopes: [acount]\n`,
      'brands/acme.yaml:18:14 clients[1].scopes[0]: the scope acount is not defined',
    ],
    [
      'openid includes defined scopes only',
      `${goodBrand}    openid_includes: [loyalty]\n`,
      'brands/acme.yaml:18:23 clients[1].openid_includes[0]: the scope loyalty is not defined',
    ],
    [
      'openid is not redefined',
      brandWith('  account: [', '  openid: ['),
      "brands/acme.yaml:8:3 scopes.openid: is the protocol's own scope",
    ],
    [
      'a resource is an absolute URI',
      `${goodBrand}resources: { api: { scopes: [read] } }\n`,
      'brands/acme.yaml:18:14 resources.api: must be an absolute URI without a fragment',
    ],
    [
      'an idle time has an effect',
      `${goodBrand}session: { idle: 99999 }\n`,
      'brands/acme.yaml:18:12 session.idle: warning: is longer than session.absolute',
    ],
  ])('%s', async (_, brand, expected) => {
    expect(await linesOf(brand)).toEqual([expected]);
  });

  test('standard claims and scopes, and scopes of a resource, are known', async () => {
    const brand = `${claimsWith('given_name: first_name')}    scopes: [profile, email, phone, address, offline_access, openid, read]
resources: { "https://api.acme.example": { scopes: [read] } }
`;
    expect(await linesOf(brand)).toEqual([]);
  });
});

const web = (lines: string): string => brandWith('    secret: another-secret-of-good-length\n', lines);

describe('clients', () => {
  test.each([
    [
      'one id, one client',
      brandWith('id: web', 'id: liveperson'),
      'brands/acme.yaml:14:5 clients[1].id: the id liveperson stands twice',
    ],
    ['a way to prove itself', web(''), 'brands/acme.yaml:14:5 clients[1].secret: is missing'],
    [
      'a secret for a method with a secret',
      web('    token_endpoint_auth_method: client_secret_post\n'),
      'brands/acme.yaml:14:5 clients[1].secret: is missing',
    ],
    [
      'keys for a method with keys',
      `${goodBrand}    token_endpoint_auth_method: private_key_jwt\n`,
      'brands/acme.yaml:14:5 clients[1].jwks: is missing',
    ],
    [
      'no secret without a method for it',
      `${goodBrand}    token_endpoint_auth_method: none\n`,
      'brands/acme.yaml:15:5 clients[1].secret: is never used',
    ],
    [
      'a challenge where there is no secret',
      web('    token_endpoint_auth_method: none\n    flows: [code]\n'),
      'brands/acme.yaml:16:5 clients[1].flows: must include pkce for a client without a secret',
    ],
    [
      'a place to send the answer to',
      brandWith(`    redirect_uris:\n${redirect}\n`, ''),
      'brands/acme.yaml:14:5 clients[1].redirect_uris: is missing',
    ],
    [
      'a key to verify signed requests with',
      `${goodBrand}    require_signed_request_objects: true\n`,
      'brands/acme.yaml:18:5 clients[1].require_signed_request_objects: needs a key to verify with',
    ],
    [
      'refresh tokens from the token endpoint only',
      `${goodBrand}    flows: [implicit]\n    refresh_tokens: true\n`,
      'brands/acme.yaml:19:5 clients[1].refresh_tokens: cannot be had with the implicit flow alone',
    ],
    [
      'https where Parley itself calls',
      `${goodBrand}    jwks_uri: http://www.acme.example/jwks\n`,
      'brands/acme.yaml:18:5 clients[1].jwks_uri: must be https',
    ],
    [
      'inner hosts as hosts',
      `${goodBrand}internal_hosts: [https://crm.acme.internal/]\n`,
      'brands/acme.yaml:18:18 internal_hosts[0]: is not a host',
    ],
    [
      'inner hosts that a client leads to',
      `${goodBrand}internal_hosts: [crm.acme.internal]\n`,
      "brands/acme.yaml:18:18 internal_hosts[0]: warning: is named by no client's jwks_uri or backchannel_logout_uri",
    ],
    [
      'one source of keys',
      `${goodBrand}    jwks_uri: https://www.acme.example/jwks\n    jwks: { keys: [{ kty: RSA }] }\n`,
      'brands/acme.yaml:18:5 clients[1].jwks_uri: stands beside jwks',
    ],
  ])('%s', async (_, brand, expected) => {
    expect(await linesOf(brand)).toEqual([expected]);
  });

  test.each([
    ['a public client with a challenge', web('    token_endpoint_auth_method: none\n    flows: [pkce]\n')],
    ['a client with keys', web('    jwks_uri: https://www.acme.example/jwks\n')],
    ['a purely implicit client', web('    flows: [implicit]\n')],
    ['a LiveChat client', `${goodBrand}  - id: livechat\n    platform: livechat\n`],
  ])('%s needs no secret', async (_, brand) => {
    expect((await linesOf(brand)).filter((line) => line.includes('secret'))).toEqual([]);
  });
});

test('an accounts file that is not there', async () => {
  expect(await linesOf(brandWith('path: accounts.yaml', 'path: accounts/acme.yaml'))).toEqual([
    'brands/acme.yaml:4:11 accounts.file.path: names no file',
  ]);
});

describe('what comes from outside', () => {
  test.each([
    ['an unset variable', '${ACME_SECRET}', 'the environment variable ACME_SECRET is not set'],
    ['a missing file', '${file:/nowhere/secret}', 'the file /nowhere/secret does not exist'],
    ['a folder for a file', '${file:/}', 'the file / cannot be read'],
    ['an open expression', '${ACME_SECRET', '${ has no closing }'],
    [
      'an expression of another kind',
      '${ACME SECRET}',
      '${…} is none of ${NAME}, ${NAME:-default} and ${file:/path}',
    ],
  ])('%s is one problem, and no other follows from it', async (_, expression, message) => {
    const lines = await linesOf(brandWith('another-secret-of-good-length', `"${expression}"`));
    expect(lines).toEqual([`brands/acme.yaml:15:5 clients[1].secret: ${message}`]);
  });
});
