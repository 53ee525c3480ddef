import { createHash, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CompactEncrypt,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose';
import {
  createLivePersonServer,
  type LivePersonServer,
  type Outcome,
} from '../../../src/twin/liveperson/liveperson-server.ts';
import { Visitor } from '../../support/visitor.ts';
import { followTo, portOf, startTinyIssuer, type TinyIssuer, twinSecret } from '../tiny-issuer.ts';

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body: string;
}

interface Change {
  claims?: Record<string, unknown>;
  header?: Partial<JWTHeaderParameters>;
  key?: 'rsa' | 'stranger' | 'ec';
}

const sde = (entry: unknown): Change => ({ claims: { lp_sdes: [entry] } });
const jsonPart = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function refusalOf(outcome: Outcome): [string, string] | undefined {
  return outcome.kind === 'refused' ? [outcome.refusal.code, outcome.refusal.sentence] : undefined;
}

describe('with a real issuer', () => {
  let tiny: TinyIssuer;
  let redirectUri: string;
  beforeAll(async () => {
    tiny = await startTinyIssuer();
    redirectUri = `${tiny.issuer}/demo/liveperson/window`;
  });
  afterAll(() => tiny.close());

  function createTwin(
    change: { flow?: 'code' | 'pkce'; jwtIssuer?: string; clientSecret?: string } = {},
  ): LivePersonServer {
    const connector = {
      jwtIssuer: tiny.issuer,
      tokenEndpoint: `${tiny.issuer}/token`,
      jwksEndpoint: `${tiny.issuer}/jwks`,
      clientId: 'liveperson-twin',
      clientSecret: twinSecret,
      flow: 'code' as const,
      ...change,
    };
    return createLivePersonServer({ connector, fetch, now: Date.now });
  }

  async function obtainCode(challenge?: string): Promise<string> {
    const url = new URL(`${tiny.issuer}/auth`);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: 'liveperson-twin',
      scope: 'openid',
      redirect_uri: redirectUri,
      ...(challenge && { code_challenge: challenge, code_challenge_method: 'S256' }),
    }).toString();
    const back = await followTo(new Visitor(), url.href, '/demo/liveperson/window');
    return back.searchParams.get('code') ?? '';
  }

  test('a code becomes a verified consumer whose account the agent sees', async () => {
    const outcome = await createTwin().redeem({ code: await obtainCode(), redirectUri });

    expect(refusalOf(outcome)).toBeUndefined();
    if (outcome.kind !== 'accepted') return;
    const { idToken, agentView } = outcome.identity;
    expect(idToken.header).toMatchObject({ alg: 'RS256', kid: 'tiny-1' });
    expect(idToken.payload).toMatchObject({ iss: tiny.issuer, sub: 'c-7f3k2m', aud: 'liveperson-twin' });
    expect(agentView.standard).toEqual({
      sub: 'c-7f3k2m',
      given_name: 'Dana',
      family_name: 'Whitfield',
      email: 'dana@fernway.example',
    });
    expect(agentView.ctmrinfo).toMatchObject({ customerId: 'FW-204-118', balance: 42.5, currency: 'EUR' });
    expect(agentView.personal).toEqual({ firstname: 'Dana', lastname: 'Whitfield', language: 'en' });
    expect(agentView.other).toEqual({ account_number: 'FW-204-118' });
  });

  test('every message of the exchange can be shown, and none shows a secret or a usable token', async () => {
    const verifier = randomBytes(32).toString('base64url');
    const code = await obtainCode(challengeOf(verifier));
    const { exchanges } = await createTwin({ flow: 'pkce' }).redeem({
      code,
      redirectUri,
      codeVerifier: verifier,
    });

    expect(exchanges.map(({ request, response }) => [request.line, response?.line])).toEqual([
      ['POST /token HTTP/1.1', 'HTTP/1.1 200 OK'],
      ['GET /jwks HTTP/1.1', 'HTTP/1.1 200 OK'],
    ]);
    expect(exchanges[0]?.request).toMatchObject({
      headers: { authorization: 'Basic base64(liveperson-twin:••••••••)' },
      body: { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: '••••••••' },
    });
    expect(exchanges[0]?.response).toMatchObject({
      headers: { 'cache-control': 'no-store' },
      body: { access_token: '••••••••', id_token: { payload: { sub: 'c-7f3k2m' }, signature: '••••••••' } },
    });
    const shown = JSON.stringify(exchanges);
    expect(shown).not.toContain(twinSecret);
    expect(shown).not.toContain(verifier);
    expect(shown).not.toContain(Buffer.from(`liveperson-twin:${twinSecret}`).toString('base64'));
    expect(shown).not.toMatch(/eyJ[\w-]+\.eyJ/);
  });

  test('PKCE: a wrong verifier is refused with 1057', async () => {
    const code = await obtainCode(challengeOf(randomBytes(32).toString('base64url')));
    const codeVerifier = randomBytes(32).toString('base64url');
    const outcome = await createTwin({ flow: 'pkce' }).redeem({ code, redirectUri, codeVerifier });
    expect(refusalOf(outcome)).toEqual(['1057', expect.stringContaining('invalid_grant')]);
  });

  test('PKCE: a missing verifier is refused with 1057 before anything is sent', async () => {
    const outcome = await createTwin({ flow: 'pkce' }).redeem({ code: 'c', redirectUri });
    expect(refusalOf(outcome)?.[0]).toBe('1057');
    expect(outcome.exchanges).toEqual([]);
  });

  test('a code that was used before is refused with 10', async () => {
    const code = await obtainCode();
    await createTwin().redeem({ code, redirectUri });
    const again = await createTwin().redeem({ code, redirectUri });
    expect(refusalOf(again)).toEqual(['10', 'The token endpoint answered 400 (invalid_grant).']);
  });

  test('a wrong client secret is refused with 10', async () => {
    const outcome = await createTwin({ clientSecret: 'wrong' }).redeem({
      code: await obtainCode(),
      redirectUri,
    });
    expect(refusalOf(outcome)).toEqual(['10', 'The token endpoint answered 401 (invalid_client).']);
  });

  test('an issuer that differs by one slash is refused with 4407', async () => {
    const twin = createTwin({ jwtIssuer: `${tiny.issuer}/` });
    const outcome = await twin.redeem({ code: await obtainCode(), redirectUri });
    expect(refusalOf(outcome)).toEqual(['4407', `The issuer (iss) is not exactly ${tiny.issuer}/.`]);
  });
});

describe('with ID tokens of our own making', () => {
  const iss = 'https://id.acme.example';
  const now = Date.parse('2026-11-20T12:00:00Z');
  const seconds = now / 1000;
  let keys: Record<'rsa' | 'stranger' | 'ec', CryptoKey>;
  let server: Server;
  let address: string;
  /** What the stand-in of an issuer answers. */
  let answers: Record<string, Answer>;

  beforeAll(async () => {
    const rsa = await generateKeyPair('RS256', { extractable: true });
    const ec = await generateKeyPair('ES256', { extractable: true });
    const stranger = await generateKeyPair('RS256');
    keys = {
      rsa: rsa.privateKey,

      stranger: stranger.privateKey,
      ec: ec.privateKey,
    };
    const jwks = {
      keys: [
        { ...(await exportJWK(rsa.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' },
        { ...(await exportJWK(ec.publicKey)), kid: 'e1', alg: 'ES256', use: 'sig' },
      ],
    };
    const json = { 'content-type': 'application/json' };
    answers = {
      '/jwks': { headers: json, body: JSON.stringify(jwks) },
      '/jwks-padded': {
        headers: json,
        body: JSON.stringify({ keys: [{ ...jwks.keys[0], n: `${jwks.keys[0]?.n}==` }] }),
      },
      '/jwks-gone': { status: 500, body: 'sorry' },
    };
    server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      response.writeHead(answer?.status ?? (answer ? 200 : 404), answer?.headers).end(answer?.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${portOf(server)}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  function createTwin(paths: { token?: string; jwks?: string } = {}): LivePersonServer {
    const connector = {
      jwtIssuer: iss,
      tokenEndpoint: `${address}${paths.token ?? '/token'}`,
      jwksEndpoint: `${address}${paths.jwks ?? '/jwks'}`,
      clientId: 'lp',
      clientSecret: 's',
      flow: 'code' as const,
    };
    return createLivePersonServer({ connector, fetch, now: () => now });
  }

  async function createIdToken({ claims, header, key = 'rsa' }: Change = {}): Promise<string> {
    const payload = { iss, sub: 'c-1', aud: 'lp', iat: seconds - 10, exp: seconds + 3600, ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(keys[key]);
  }

  test('a right token is accepted without its nonce or audience being looked at', async () => {
    const outcome = await createTwin().accept(
      await createIdToken({ claims: { aud: 'anybody', nonce: undefined } }),
    );
    expect(refusalOf(outcome)).toBeUndefined();
  });

  test('the subject and the telephone number land where LivePerson puts them', async () => {
    const outcome = await createTwin().accept(await createIdToken({ claims: { phone_number: '+1555' } }));
    expect(outcome.kind === 'accepted' && outcome.identity.agentView.ctmrinfo).toEqual({
      customerId: 'c-1',
      imei: '+1555',
    });
  });

  test('a field that LivePerson does not know is not shown to the agent', async () => {
    const lp_sdes = [{ type: 'ctmrinfo', info: { customerId: 'A-1', storeNumber: '9' } }];
    const outcome = await createTwin().accept(await createIdToken({ claims: { lp_sdes } }));
    expect(outcome.kind === 'accepted' && outcome.identity.agentView.ctmrinfo).toEqual({ customerId: 'A-1' });
  });

  const refusals: [string, Change, string, string][] = [
    ['another issuer', { claims: { iss: 'https://evil.example' } }, '4407', 'not exactly'],
    ['an issuer in other letters', { claims: { iss: 'https://ID.acme.example' } }, '4407', 'not exactly'],
    ["a stranger's key under our key id", { key: 'stranger' }, '9007', 'does not fit the key'],
    [
      'ES256, though its key is in the set',
      { key: 'ec', header: { alg: 'ES256', kid: 'e1' } },
      '9007',
      'only RS256',
    ],
    ['ES256 under the key id of the RSA key', { header: { alg: 'ES256' }, key: 'ec' }, '9007', 'only RS256'],
    ['no key id', { header: { kid: '' } }, '9007', 'names no key'],
    ['an unknown key id', { header: { kid: 'k2' } }, '9007', 'not in the key set'],
    ['a token that expired a second ago', { claims: { exp: seconds - 1 } }, '4407', 'expired'],
    ['no exp', { claims: { exp: undefined } }, '10', 'exp'],
    ['no iat', { claims: { iat: undefined } }, '10', 'iat'],
    ['no sub', { claims: { sub: undefined } }, '10', 'sub'],
    ['a sub that is a number', { claims: { sub: 7 } }, '10', 'sub'],
    [
      'lp_sdes that is one object',
      { claims: { lp_sdes: { type: 'ctmrinfo', info: {} } } },
      '10',
      'not an array',
    ],
    ['lp_sdes that is null', { claims: { lp_sdes: null } }, '10', 'not an array'],
    ['the type cart', sde({ type: 'cart', total: 1 }), '10', 'lp_sdes[0] is of type cart'],
    ['an entry without type', sde({ info: {} }), '10', '(none)'],
    ['an entry that is text', sde('ctmrinfo'), '10', '(none)'],
    ['ctmrinfo without info', sde({ type: 'ctmrinfo' }), '10', 'lp_sdes[0].info'],
    ['a balance that is text', sde({ type: 'ctmrinfo', info: { balance: '1.00' } }), '10', 'info.balance'],
    ['a currency in words', sde({ type: 'ctmrinfo', info: { currency: 'Euro' } }), '10', 'info.currency'],
    [
      'a gender in small letters',
      sde({ type: 'personal', personal: { gender: 'female' } }),
      '10',
      'personal.gender',
    ],
  ];

  test.each(refusals)('refuses %s', async (_title, change, code, words) => {
    const outcome = await createTwin().accept(await createIdToken(change));
    expect(refusalOf(outcome)).toEqual([code, expect.stringContaining(words)]);
  });

  test('refuses alg none', async () => {
    const forged = `${jsonPart({ alg: 'none', kid: 'k1' })}.${jsonPart({ iss, sub: 'c-1', iat: seconds, exp: seconds + 60 })}.`;
    expect(refusalOf(await createTwin().accept(forged))).toEqual(['9007', expect.stringContaining('none')]);
  });

  test('refuses an encrypted token with 9012, for want of a key', async () => {
    const { publicKey } = await generateKeyPair('RSA-OAEP-256');
    const bytes = new TextEncoder().encode(await createIdToken());
    const jwe = await new CompactEncrypt(bytes)
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
      .encrypt(publicKey);
    expect(refusalOf(await createTwin().accept(jwe))?.[0]).toBe('9012');
  });

  test.each(['', 'x', 'a.b.c'])('refuses %p, which is no token', async (text) => {
    expect(refusalOf(await createTwin().accept(text))?.[0]).toBe('10');
  });

  test("refuses A's token in a chat that the page opened for B", async () => {
    const idToken = await createIdToken({ claims: { sub: 'c-a' } });
    expect(refusalOf(await createTwin().accept(idToken, { iss, sub: 'c-b' }))).toEqual([
      '4407',
      'The ID token names another consumer than the page does.',
    ]);
    expect(refusalOf(await createTwin().accept(idToken, { iss, sub: 'c-a' }))).toBeUndefined();
  });

  test.each(['/jwks-gone', '/jwks-padded', '/nowhere'])(
    'refuses with 9007 when the key set is %s',
    async (jwks) => {
      const outcome = await createTwin({ jwks }).accept(await createIdToken());
      expect(refusalOf(outcome)?.[0]).toBe('9007');
    },
  );

  async function redeem(answer: Answer): Promise<Outcome> {
    answers['/token'] = answer;
    return createTwin().redeem({ code: 'c', redirectUri: 'https://liveperson.net' });
  }

  describe('the token response', () => {
    const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };

    test('is accepted with an ID token of type Bearer', async () => {
      const body = JSON.stringify({ token_type: 'Bearer', id_token: await createIdToken() });
      expect(refusalOf(await redeem({ headers: json, body }))).toBeUndefined();
    });

    test.each([
      [
        'no id_token',
        { headers: json, body: '{"token_type":"Bearer","access_token":"a"}' },
        'lacks an id_token',
      ],
      [
        'another token type',
        { headers: json, body: '{"token_type":"DPoP","id_token":"a.b.c"}' },
        'not of type Bearer',
      ],
      ['HTML', { headers: { 'content-type': 'text/html' }, body: '<p>' }, 'not answer in JSON'],
      ['broken JSON', { headers: json, body: '{' }, 'lacks an id_token'],
      [
        'an answer that may be cached',
        { headers: { 'content-type': 'application/json' }, body: '{}' },
        'no-store',
      ],
      ['a redirect', { status: 302, headers: { location: '/jwks' }, body: '' }, '302'],
      ['a failure', { status: 503, body: '' }, '503'],
    ])('is refused with 10 when it is %s', async (_title, answer, words) => {
      expect(refusalOf(await redeem(answer))).toEqual(['10', expect.stringContaining(words)]);
    });
  });

  test('an issuer that does not answer is refused with 10, and the attempt is shown', async () => {
    const connector = {
      jwtIssuer: iss,
      tokenEndpoint: 'http://127.0.0.1:1/token',
      jwksEndpoint: 'http://127.0.0.1:1/jwks',
      clientId: 'lp',
      clientSecret: 's',
      flow: 'code' as const,
    };
    const twin = createLivePersonServer({ connector, fetch, now: () => now });
    const outcome = await twin.redeem({ code: 'c', redirectUri: 'https://liveperson.net' });
    expect(refusalOf(outcome)).toEqual(['10', 'The token endpoint does not answer.']);
    expect(outcome.exchanges).toMatchObject([{ failure: 'No answer.' }]);
  });
});
