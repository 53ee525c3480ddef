import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, importJWK, type JSONWebKeySet, type JWTHeaderParameters, SignJWT } from 'jose';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerCheck } from '../../src/cli/check.ts';
import { loadKeySet } from '../../src/keys/key-set.ts';
import { createPkce, authorizationUrl, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { startTamperingProxy, type TamperingProxy } from '../support/tampering-proxy.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { withoutIds } from '../support/without-ids.ts';
import { type CliCall, callCli } from './cli-call.ts';

const page = 'https://www.acme.example';
const platformKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });

let parley: RunningParley;
let proxy: TamperingProxy;
let folder: string;
let ownKeys: JSONWebKeySet['keys'];

beforeAll(async () => {
  proxy = await startTamperingProxy(() => parley.port);
  const liveperson = {
    platform: 'liveperson',
    secret: secrets.liveperson,
    redirect_uris: ['https://liveperson.net'],
  };
  const encryption = {
    key: platformKeys.publicKey.export({ type: 'spki', format: 'pem' }),
    kid: 'lpsso2026',
    enc: 'A128CBC-HS256',
  };
  const clients = [
    ...testClients().map((client) => (client['platform'] ? { ...client, pages: [page] } : client)),
    { ...liveperson, id: 'encrypted', flows: ['code', 'pkce', 'implicit'], encryption },
    { ...liveperson, id: 'huge', claims: { history: `'${'x'.repeat(3200)}'` } },
    { ...liveperson, id: 'asking', first_party: false },
    {
      ...liveperson,
      id: 'app',
      application_type: 'native',
      redirect_uris: ['com.acme.app:/callback', 'https://www.acme.example/app'],
    },
  ];
  // The proxy's address is the issuer's, so that everything passes through it.
  const issuer = `http://localhost:${proxy.port}`;
  parley = await startParley({ brands: [testBrand({ clients, issuer })] });
  ({
    jwks: { keys: ownKeys },
  } = await loadKeySet({ folder: join(parley.folder, 'keys'), brand: 'acme', create: false }));
  folder = await mkdtemp(join(tmpdir(), 'parley-check-'));
});
afterAll(async () => {
  await proxy.stop();
  await parley.stop();
  await rm(folder, { recursive: true });
});
afterEach(() => {
  proxy.tamper = {};
});

interface Options {
  password?: string;
  keys?: string;
  config?: string;
}

async function check(
  args: string[],
  { password = dana.password, keys, config }: Options = {},
): Promise<CliCall> {
  return callCli(
    (program, io) =>
      registerCheck(program, {
        io: { ...io, stdin: Readable.from([`${password}\n`]) },
        checks: brandChecks,
        fetch,
        now: Date.now,
      }),
    {
      args: ['check', ...args],
      cwd: parley.folder,
      env: {
        PARLEY_KEYS: keys ?? join(parley.folder, 'keys'),
        PARLEY_CONFIG: config ?? join(parley.folder, 'config'),
      },
    },
  );
}

const checkAsDana = (client: string, ...args: string[]) => check([client, '--account', 'dana', ...args]);

/** The steps that failed, with their two lines of advice. */
function failuresOf({ stdout }: CliCall): string[] {
  return [...stdout.matchAll(/^ {2}failed {3}(.*(?:\n {11}.*)*)/gm)].map(([, text = '']) =>
    text.replaceAll(/\s+/g, ' '),
  );
}

/** The ID token as somebody else would have made it, signed with Parley's own keys. */
async function resign(
  idToken: string,
  change: { claims?: Record<string, unknown>; header?: Partial<JWTHeaderParameters> },
): Promise<string> {
  const { alg = 'RS256' } = change.header ?? {};
  const jwk = ownKeys.find((key) => key.alg === alg);
  const header = { alg, kid: jwk?.kid, ...change.header } as JWTHeaderParameters;
  const payload = { ...decodeJwt(idToken), ...change.claims };
  return new SignJWT(payload).setProtectedHeader(header).sign(await importJWK(jwk ?? {}, alg));
}

/** A subject of the account's own stands in the page's identity too. */
const changingIdTokens = (change: Parameters<typeof resign>[1]) => ({
  async answer(path: string, body: string) {
    const sub = change.claims?.['sub'];
    if (path === '/page/identity' && sub) return JSON.stringify({ ...JSON.parse(body), sub });
    if (path !== '/token') return body;
    const answer = JSON.parse(body) as { id_token: string };
    return JSON.stringify({ ...answer, id_token: await resign(answer.id_token, change) });
  },
});

const changingJson = (at: string, change: Record<string, unknown>) => ({
  answer: (path: string, body: string) =>
    path === at ? JSON.stringify({ ...(JSON.parse(body) as object), ...change }) : body,
});

describe('a sound client', () => {
  test('passes in every flow, from the popup and from the page, and nothing secret is printed', async () => {
    const { code, stdout, stderr } = await checkAsDana('liveperson');
    expect(failuresOf({ code, stdout, stderr })).toEqual([]);
    expect([code, stderr]).toEqual([0, '']);
    for (const text of [
      'Code flow, popup window',
      'Code flow with PKCE, popup window',
      'An older connector',
      'https://liveperson.net/oauth2/code_redirect: answered',
      `Embedded window at ${page}`,
      `Identity function: iss ${parley.issuer}, sub ${dana.sub}`,
      'credentials in the body',
      'the key that `parley client show` prints fits too',
      'lp_sdes: ctmrinfo',
    ]) {
      expect(stdout).toContain(text);
    }
    for (const secret of [dana.password, secrets.liveperson, 'session=']) {
      expect(stdout).not.toContain(secret);
    }
    expect(withoutIds(stdout)).not.toContain('eyJ');
  });

  test('passes in the implicit flow, and with the cookie of a browser that is signed in', async () => {
    expect(await checkAsDana('liveperson-implicit')).toMatchObject({ code: 0 });

    const visitor = new Visitor();
    const client = {
      issuer: parley.issuer,
      clientId: 'liveperson',
      redirectUri: 'https://liveperson.net',
    };
    await signIn(visitor, authorizationUrl(client), dana);
    const cookie = [...visitor.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
    const { code, stdout } = await check(['liveperson', '--cookie', cookie, '--flow', 'pkce']);
    expect(code).toBe(0);
    expect(stdout).toContain(`sub ${dana.sub}`);
    expect(stdout).not.toContain('Code flow, popup');
  });

  test('passes as an app, with the click that its own scheme needs', async () => {
    const { code, stdout } = await checkAsDana('app', '--flow', 'pkce');
    expect(code).toBe(0);
    expect(stdout).toContain('a code for com.acme.app:/callback');
    expect(stdout).toContain('https://www.acme.example/app: answered');
  });
});

describe('each planted fault is named, with the code that LivePerson is likely to show', () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
  const now = () => Math.floor(Date.now() / 1000);

  const faults: [string, () => TamperingProxy['tamper'], RegExp][] = [
    [
      'wrong iss',
      () => changingIdTokens({ claims: { iss: 'https://id.acme.example' } }),
      /^ID token: The issuer \(iss\) is not exactly .* show: 4407 Fix: .*JWT issuer \(iss\)/,
    ],
    [
      'wrong key',
      () => ({
        answer: (path, body) =>
          path === '/jwks'
            ? JSON.stringify({ keys: ownKeys.map(({ kid }) => ({ ...stranger, kid, alg: 'RS256' })) })
            : body,
      }),
      /^ID token: The signature of the ID token does not fit the key\. .* show: 9007 Fix: .*PARLEY_KEYS/,
    ],
    [
      'key that the set does not have',
      () => changingJson('/jwks', { keys: [{ ...stranger, kid: 'stranger', alg: 'RS256', use: 'sig' }] }),
      /^ID token: The key that the ID token names \(kid\) is not in the key set\. .* show: 9007/,
    ],
    [
      'unsupported alg',
      () => changingIdTokens({ header: { alg: 'ES256' } }),
      /^ID token: The ID token is signed with ES256; only RS256 is accepted\. .* show: 9007 Fix: .*RS256/,
    ],
    [
      'missing kid',
      () => changingIdTokens({ header: { alg: 'RS256', kid: undefined } as never }),
      /^ID token: The header of the ID token names no key \(kid\).* show: 9007 Fix: .*kid/,
    ],
    [
      'expired',
      () => changingIdTokens({ claims: { iat: now() - 7200, exp: now() - 3600 } }),
      /^ID token: The ID token has expired\. .* show: 4407 Fix: .*clock/,
    ],
    [
      'phone as sub',
      () => changingIdTokens({ claims: { sub: '+49 171 5550123' } }),
      /^Subject: sub is a telephone number, which LivePerson says it must never be.* Fix: .*an id of their own/,
    ],
    [
      'e-mail as sub',
      () => changingIdTokens({ claims: { sub: 'dana@acme.example' } }),
      /^Subject: sub is an e-mail address/,
    ],
    [
      'object instead of array in lp_sdes',
      () => changingIdTokens({ claims: { lp_sdes: { type: 'ctmrinfo', info: {} } } }),
      /^lp_sdes: The claim lp_sdes is not an array of objects\. .* show: internalCode 10 Fix: lp_sdes is a list/,
    ],
    [
      'an identity of another consumer than the token',
      () => changingJson('/page/identity', { sub: 'c-sam-9Xw4' }),
      /^ID token: The ID token names another consumer than the page does\. .* show: 4407 Fix: .*identity function/,
    ],
    [
      'PKCE mismatch',
      () => ({
        address(url) {
          if (url.searchParams.has('code_challenge'))
            url.searchParams.set('code_challenge', createPkce().challenge.code_challenge);
        },
      }),
      /^Token request \(HTTP Basic\): .*invalid_grant.* show: 1057 Fix: .*codeChallenge/,
    ],
    [
      'a token answer without an ID token',
      () => ({ answer: (path, body) => (path === '/token' ? body.replace('"id_token"', '"x"') : body) }),
      /^Token request \(HTTP Basic\): The answer of the token endpoint lacks an id_token.* show: internalCode 10/,
    ],
    [
      'another issuer in discovery',
      () => changingJson('/.well-known/openid-configuration', { issuer: 'https://id.acme.example' }),
      /^Discovery: the server says that its issuer is https:\/\/id\.acme\.example.* show: 4407/,
    ],
    [
      'a proxy that hides the real host from the server',
      () =>
        changingJson('/.well-known/openid-configuration', { token_endpoint: 'http://10.0.0.7:3000/token' }),
      /^Discovery: token_endpoint is http:\/\/10\.0\.0\.7:3000\/token, but LivePerson is given .* Fix: .*X-Forwarded-Proto/,
    ],
    [
      'a state that does not come back byte for byte',
      () => ({
        address(url) {
          const state = url.searchParams.get('state');
          if (state) url.searchParams.set('state', state.replace('%', '%25'));
        },
      }),
      /^Request: the state did not come back byte for byte/,
    ],
    [
      "a page that is not Parley's",
      () => ({
        answer: (path, body) =>
          path.startsWith('/interaction/')
            ? '<title>Corporate single sign-on</title><form action="https://sso.example"><input name="password"></form>'
            : body,
      }),
      /^Sign-in: a page that is not Parley's was met at .*"Corporate single sign-on"/,
    ],
  ];

  test.each(faults)('%s', async (_name, tamper, expected) => {
    proxy.tamper = tamper();
    const called = await checkAsDana('liveperson', '--flow', 'pkce');
    const failures = failuresOf(called);
    expect(failures[0]).toMatch(expected);
    // However many steps it spoils, it is one cause and no other.
    const causes = failures.map((failure) => failure.slice(failure.indexOf(': ')));
    expect(new Set(causes).size).toBe(1);
    expect([called.code, called.stderr]).toEqual([1, `${failures.length} of the steps failed\n`]);
  });

  test('a secret that is not the one of the server', async () => {
    const config = join(folder, 'config');
    const brand = await readFile(join(parley.folder, 'config/brands/acme.yaml'), 'utf8');
    await mkdir(join(config, 'brands'), { recursive: true });
    await writeFile(
      join(config, 'brands/acme.yaml'),
      brand.replaceAll(secrets.liveperson, 'typed-by-mistake-000'),
    );
    const called = await checkAsDana('liveperson', '--flow', 'code');
    expect(called.code).toBe(0);
    const mistaken = await check(['liveperson', '--account', 'dana', '--flow', 'code'], { config });
    expect(failuresOf(mistaken)[0]).toMatch(
      /^Token request \(HTTP Basic\): .*401 \(invalid_client\)\. .* show: internalCode 10 Fix: .*secret/,
    );
    expect(mistaken.stdout).not.toContain('typed-by-mistake');
  });

  test('the key of another keys folder, as it would be pasted', async () => {
    const keys = join(folder, 'other-keys');
    await loadKeySet({ folder: keys, brand: 'acme', create: true });
    const called = await check(['liveperson-implicit', '--account', 'dana'], { keys });
    expect(failuresOf(called)[0]).toMatch(
      /^Pasted key: .*not the one that the server signs with .* show: 9007/,
    );

    const none = await check(['liveperson-implicit', '--account', 'dana'], { keys: join(folder, 'none') });
    expect(none).toMatchObject({ code: 0, stdout: expect.stringContaining('unknown  Pasted key') });
  });

  test('a client that asks for consent, in windows that cannot show it', async () => {
    const { code, stdout } = await checkAsDana('asking');
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed {3}Request: .*consent.*\n +Fix: remove first_party: false/);
  });

  test('a short number as sub is a warning', async () => {
    proxy.tamper = changingIdTokens({ claims: { sub: '10042' } });
    const { code, stdout } = await checkAsDana('liveperson', '--flow', 'pkce');
    expect(code).toBe(0);
    expect(stdout).toContain('warning  Subject: 10042 is a short number that can be guessed');
  });
});

describe('an encrypted client', () => {
  const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

  test('is checked as far as its header when there is no key, and says that it is no further', async () => {
    const { code, stdout } = await checkAsDana('encrypted');
    expect(code).toBe(0);
    expect(stdout).toContain('ok       Encryption: RSA-OAEP-256, A128CBC-HS256, kid lpsso2026, cty JWT');
    expect(stdout).toContain(
      'unknown  ID token: encrypted: what is inside can be checked with --decrypt-key only',
    );
    expect(stdout).not.toContain('Subject');
  });

  test('is checked whole with the private key', async () => {
    await writeFile(join(folder, 'platform.pem'), pem(platformKeys.privateKey));
    const called = await checkAsDana('encrypted', '--decrypt-key', join(folder, 'platform.pem'));
    expect(called.code).toBe(0);
    expect(called.stdout).toContain(`ok       Subject: ${dana.sub}`);
    expect(called.stdout).toContain('lp_sdes: ctmrinfo');
    expect(called.stdout).not.toContain('unknown');
  });

  test('fails with the wrong private key, and when nothing is encrypted', async () => {
    await writeFile(
      join(folder, 'other.pem'),
      pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
    );
    const wrong = await checkAsDana(
      'encrypted',
      '--flow',
      'implicit',
      '--decrypt-key',
      join(folder, 'other.pem'),
    );
    expect(failuresOf(wrong)).toEqual([expect.stringMatching(/^ID token: .*does not open .* show: 9012/)]);

    const payload = { iss: parley.issuer, sub: dana.sub };
    proxy.tamper = {
      answer: (path, body) =>
        path === '/token' ? JSON.stringify({ ...JSON.parse(body), id_token: unsigned(payload) }) : body,
    };
    const open = await checkAsDana('encrypted', '--flow', 'code');
    expect(failuresOf(open)[0]).toMatch(/^Encryption: The ID token is not encrypted, .* show: 9012/);
  });

  test.each([
    ['algorithm', { alg: 'RSA-OAEP' }, /encrypted with RSA-OAEP, not with RSA-OAEP-256/],
    ['content encryption', { enc: 'A256CBC-HS512' }, /encrypted with A256CBC-HS512/],
    ['content encryption that was not chosen', { enc: 'A256GCM' }, /the brand file says A128CBC-HS256/],
    ['key id', { kid: 'lpsso2025' }, /to the key lpsso2025, not to lpsso2026/],
    ['content type', { cty: undefined }, /\(cty\)/],
  ])('the wrong %s in the header is named', async (_name, change, expected) => {
    const header = { alg: 'RSA-OAEP-256', enc: 'A128CBC-HS256', kid: 'lpsso2026', cty: 'JWT', ...change };
    const jwe = `${Buffer.from(JSON.stringify(header)).toString('base64url')}.a.b.c.d`;
    proxy.tamper = changingJson('/token', { id_token: jwe });
    const failures = failuresOf(await checkAsDana('encrypted', '--flow', 'code'));
    expect(failures[0]).toMatch(expected);
    expect(failures[0]).toMatch(/^Encryption: .* show: 9012/);
  });
});

test('an ID token above 4 kB is warned of', async () => {
  const { code, stdout } = await checkAsDana('huge');
  expect(code).toBe(0);
  expect(stdout).toMatch(/warning {2}Size: \d{4} bytes, more than 4096: .*map fewer claims/);
});

describe('a call that cannot be carried out', () => {
  test('a wrong password: the page says so, and nothing else is tried', async () => {
    const { code, stdout } = await check(['liveperson', '--account', 'dana'], { password: 'guess' });
    expect(code).toBe(1);
    expect(stdout).toContain('failed   Sign-in: the login page says: The sign-in details are not right.');
    expect(stdout).not.toContain('guess');
    expect(stdout).not.toContain('popup');
  });

  test('a cookie that signs nobody in', async () => {
    const called = await check(['liveperson', '--cookie', 'parley_acme_session=invented', '--flow', 'pkce']);
    expect(failuresOf(called)[0]).toMatch(/^Request: Parley answers login_required/);
    expect(called.stdout).not.toContain('invented');
  });

  test('a server that is not there', async () => {
    const stopped = await startTamperingProxy(() => 0);
    await stopped.stop();
    const config = join(folder, 'gone');
    const brand = await readFile(join(parley.folder, 'config/brands/acme.yaml'), 'utf8');
    await mkdir(join(config, 'brands'), { recursive: true });
    await writeFile(
      join(config, 'brands/acme.yaml'),
      brand.replaceAll(String(proxy.port), String(stopped.port)),
    );
    const called = await check(['liveperson', '--account', 'dana'], { config });
    expect(failuresOf(called)).toEqual([
      expect.stringMatching(/^Discovery: .* does not answer \(ECONNREFUSED\) Fix: start the server/),
    ]);
  });

  test.each([
    [['web', '--account', 'dana'], 1, /web is no client of LivePerson/],
    [['nobody', '--account', 'dana'], 1, /there is no client nobody/],
    [['liveperson'], 2, /--account <login> .* or --cookie/],
    [['liveperson', '--account', 'dana', '--cookie', 'a=b'], 2, /--account <login> .* or --cookie/],
    [['liveperson-implicit', '--account', 'dana', '--flow', 'code'], 2, /its flows are implicit/],
    [['liveperson', '--account', 'dana', '--flow', 'hybrid'], 2, /Allowed choices are code, pkce, implicit/],
    [
      ['liveperson', '--account', 'dana', '--decrypt-key', 'none.pem'],
      1,
      /none\.pem cannot be read \(ENOENT\)/,
    ],
    [
      ['liveperson', '--account', 'dana', '--decrypt-key', 'config/accounts.yaml'],
      1,
      /accounts\.yaml is no private key/,
    ],
  ])('%j', async (args, code, stderr) => {
    expect(await check(args)).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(stderr) });
  });
});

function unsigned(payload: object): string {
  return `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.`;
}
