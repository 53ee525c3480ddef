import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pickCookies } from '../../src/directory/brand-session/pick-cookies.ts';
import { type BrandServer, startBrandServer } from '../support/brand-site.ts';
import { whileDirectoryIsAsked } from '../support/hold-directory.ts';
import { poll } from '../support/poll.ts';
import {
  answerOf,
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  createPkce,
  exchange,
  refresh,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** The brand's own session, asked with the browser's cookies: no page. */
const page = 'https://www.acme.example';

let brand: BrandServer;
let parley: RunningParley;
let web: Client;
let liveperson: Client;
let visitor: Visitor;
let seconds = 0;
/** Milliseconds since the epoch at which Parley's clock stands; undefined: it goes. */
let standing: number | undefined;

beforeAll(async () => {
  brand = await startBrandServer();
  const clients = testClients().map((client) => ({ ...client, pages: [page] }));
  parley = await startParley({
    brands: [
      testBrand({
        clients,
        login: [{ session: { url: brand.url, cookies: ['sid'], timeout: 10_000 } }, { password: {} }],
      }),
    ],
    now: () => (standing ?? Date.now()) + seconds * 1000,
  });
  web = webClient(parley);
  liveperson = {
    ...web,
    clientId: 'liveperson',
    secret: secrets.liveperson,
    redirectUri: 'https://liveperson.net',
  };
});
afterAll(async () => {
  await parley.stop();
  await brand.stop();
});
beforeEach(() => {
  visitor = new Visitor();
  brand.misbehave(undefined);
  brand.received.length = 0;
  seconds = 0;
  standing = undefined;
});

/** Milliseconds pass for Parley: what it remembers of the brand's answers is forgotten. */
function later(): void {
  seconds += 6;
}

function giveCookie(sid: string, of = visitor): void {
  of.cookies.set('sid', { value: sid, path: '/' });
}

const { challenge, verifier } = createPkce();

interface PageAnswer {
  status: number;
  body: Record<string, string> | null;
  cookies: string[];
}

async function call(path: string, form: Record<string, string> = {}, of = visitor): Promise<PageAnswer> {
  const fields = { client_id: 'liveperson', ...form };
  const response = await of.post(`${parley.issuer}/page/${path}`, fields, { origin: page, accept: '*/*' });
  return {
    status: response.status,
    body: JSON.parse(await response.text()),
    cookies: response.headers.getSetCookie(),
  };
}

const askForCode = (more: Record<string, string> = {}, of = visitor) =>
  call(
    'authorize',
    {
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://liveperson.net',
      ...challenge,
      ...more,
    },
    of,
  );

async function subjectOfCode(code: string | undefined): Promise<unknown> {
  const { body } = await exchange(liveperson, code ?? '', { code_verifier: verifier });
  return body.error ?? claimsOf(body.id_token)['sub'];
}

describe('a consumer who is signed in at the brand', () => {
  test('is signed in here at the first request, without a page', async () => {
    giveCookie(brand.signIn(dana.sub));
    const landed = await visitor.follow(await visitor.get(authorizationUrl(web)), parley.issuer);
    const answer = answerOf(landed.url);
    const { body } = await exchange(web, answer.get('code') ?? '');
    expect(claimsOf(body.id_token)).toMatchObject({ sub: dana.sub });
  });

  test('gets a code and an ID token silently, from a page and by redirect', async () => {
    giveCookie(brand.signIn(dana.sub));
    const silent = await authorizeSilently(visitor, authorizationUrl(web));
    expect(silent.get('code')).toBeTruthy();
    const other = new Visitor();
    giveCookie(brand.signIn(dana.sub), other);
    expect(await subjectOfCode((await askForCode({}, other)).body?.['code'])).toBe(dana.sub);
    const identity = await call('identity', {}, other);
    expect(identity.body).toEqual({ iss: parley.issuer, sub: dana.sub });
  });

  test('is known to a page that asks nothing but who is there, and then has a session', async () => {
    giveCookie(brand.signIn(dana.sub));
    expect((await call('identity')).body).toMatchObject({ sub: dana.sub });
    expect([...visitor.cookies.keys()]).toContain('parley_acme_session');
    expect(await subjectOfCode((await askForCode()).body?.['code'])).toBe(dana.sub);
  });

  test('is unknown where the account is not in the directory: login_required, never a 5xx', async () => {
    giveCookie(brand.signIn('c-nobody'));
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
    expect((await call('identity')).body).toBeNull();
  });

  test('has acr, amr and auth_time as the brand tells them', async () => {
    giveCookie(
      brand.signIn(dana.sub, { auth_time: 1_700_000_000, acr: 'urn:acme:2fa', amr: ['pwd', 'otp'] }),
    );
    const claims = JSON.stringify({ id_token: { auth_time: null, acr: null, amr: null } });
    const answer = await authorizeSilently(visitor, authorizationUrl(web, { claims }));
    const { body } = await exchange(web, answer.get('code') ?? '');
    expect(claimsOf(body.id_token)).toMatchObject({
      auth_time: 1_700_000_000,
      acr: 'urn:acme:2fa',
      amr: ['pwd', 'otp'],
    });
  });

  test('39 has no auth_time where the brand tells none, and is not new enough for any max_age', async () => {
    giveCookie(brand.signIn(dana.sub));
    const claims = JSON.stringify({ id_token: { auth_time: null } });
    const answer = await authorizeSilently(visitor, authorizationUrl(web, { claims }));
    const { body } = await exchange(web, answer.get('code') ?? '');
    expect(claimsOf(body.id_token)).not.toHaveProperty('auth_time');
    const strict = await authorizeSilently(visitor, authorizationUrl(web, { max_age: '3600' }));
    expect(strict.get('error')).toBe('login_required');
  });

  test('39 is new enough where the brand says so', async () => {
    giveCookie(brand.signIn(dana.sub, { auth_time: Math.floor(Date.now() / 1000) - 100 }));
    const ask = (max_age: string) => authorizeSilently(visitor, authorizationUrl(web, { max_age }));
    expect((await ask('3600')).get('code')).toBeTruthy();
    expect((await ask('60')).get('error')).toBe('login_required');
  });

  test('39 a visitor who is signed in nowhere gets login_required', async () => {
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
    giveCookie('unknown');
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
  });
});

describe('37 one device, one consumer after the other', () => {
  test('signed out at the brand: within 5 s nothing is given any more, and what was given is dead', async () => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    const { body: first } = await askForCode();
    const tokens = await exchange(
      web,
      (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '',
    );
    expect(tokens.body.refresh_token).toBeTruthy();
    brand.signOut(sid);
    later();
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
    expect((await call('identity')).body).toBeNull();
    expect(await subjectOfCode(first?.['code'])).toBe('invalid_grant');
    expect((await refresh(web, tokens.body.refresh_token)).body.error).toBe('invalid_grant');
  });

  test('a page that only asks who is there ends the session as well', async () => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    const { body } = await askForCode();
    brand.signOut(sid);
    later();
    expect((await call('identity')).body).toBeNull();
    expect(await subjectOfCode(body?.['code'])).toBe('invalid_grant');
    expect([...visitor.cookies.keys()]).not.toContain('parley_acme_session');
  });

  test('the brand has taken its cookie away: nobody is asked, nobody is signed in', async () => {
    giveCookie(brand.signIn(dana.sub));
    await askForCode();
    visitor.cookies.delete('sid');
    brand.received.length = 0;
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
    expect(brand.received).toEqual([]);
  });

  test.each([
    ['with a cookie of its own', (): void => giveCookie(brand.signIn(sam.sub))],
    ['in the same session of the brand', (sid: string): void => brand.change(sid, sam.sub)],
  ])(
    'another consumer %s: the next token is the new one’s, and the former one’s are dead',
    async (_, change) => {
      const sid = brand.signIn(dana.sub);
      giveCookie(sid);
      const { body: former } = await askForCode();
      const sidBefore = visitor.cookies.get('parley_acme_session')?.value;
      change(sid);
      later();
      const { body } = await askForCode();
      expect(await subjectOfCode(body?.['code'])).toBe(sam.sub);
      expect(await subjectOfCode(former?.['code'])).toBe('invalid_grant');
      expect((await call('identity')).body).toMatchObject({ sub: sam.sub });
      // 36: the session's id is another one.
      expect(visitor.cookies.get('parley_acme_session')?.value).not.toBe(sidBefore);
    },
  );

  test('58 a page that still shows the former consumer gets login_required, not the new one’s code', async () => {
    giveCookie(brand.signIn(dana.sub));
    await askForCode({ expected_sub: dana.sub });
    giveCookie(brand.signIn(sam.sub));
    const { body } = await askForCode({ expected_sub: dana.sub });
    expect(body).toMatchObject({ error: 'login_required' });
    expect(body).not.toHaveProperty('code');
  });

  test('the brand cannot be asked: temporarily_unavailable, never the former consumer', async () => {
    giveCookie(brand.signIn(dana.sub));
    await askForCode();
    later();
    brand.misbehave((response) => {
      response.statusCode = 500;
      response.end();
    });
    for (const answer of [await askForCode(), await call('identity')]) {
      expect(answer.status).toBe(503);
      expect(answer.body).toMatchObject({ error: 'temporarily_unavailable' });
      expect(JSON.stringify(answer.body)).not.toContain(dana.sub);
    }
    brand.misbehave(undefined);
    expect(await subjectOfCode((await askForCode()).body?.['code'])).toBe(dana.sub);
  });

  test('who was signed in by our own password page stays while the brand knows nobody, and goes for another', async () => {
    await signIn(visitor, authorizationUrl(web), dana);
    expect((await call('identity')).body).toMatchObject({ sub: dana.sub });
    giveCookie(brand.signIn(sam.sub));
    expect((await call('identity')).body).toMatchObject({ sub: sam.sub });
  });

  test('two first requests at once: when the consumer leaves, nothing of either is left', async () => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    const [one, two] = await Promise.all([askForCode({}, visitor.clone()), askForCode({}, visitor)]);
    brand.signOut(sid);
    later();
    expect((await call('identity')).body).toBeNull();
    expect(await subjectOfCode(one.body?.['code'])).toBe('invalid_grant');
    expect(await subjectOfCode(two.body?.['code'])).toBe('invalid_grant');
  });

  test('Parley’s own sign-out does not bring the consumer back by an answer from before', async () => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    await askForCode();
    brand.signOut(sid);
    await call('sign-out');
    expect((await call('identity')).body).toBeNull();
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
  });

  test('an answer from before confirms a session, and never begins one', async () => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    await call('identity');
    brand.signOut(sid);
    const other = new Visitor();
    giveCookie(sid, other);
    expect((await call('identity', {}, other)).body).toBeNull();
  });

  test('nor does one that is on its way when another consumer comes', async () => {
    const sid = brand.signIn(dana.sub);
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    brand.misbehave((response) => {
      brand.misbehave(undefined);
      asked.resolve();
      void answer.promise.then(() => response.end(JSON.stringify({ id: dana.sub })));
    });
    const [former, next] = [new Visitor(), new Visitor()];
    giveCookie(sid, former);
    giveCookie(sid, next);
    const first = call('identity', {}, former);
    await asked.promise;
    brand.change(sid, sam.sub);
    const second = call('identity', {}, next);
    // Others come and go meanwhile, and so would the second.
    for (let n = 0; n < 5; n += 1) await call('identity', {}, new Visitor());
    answer.resolve();
    expect((await first).body).toMatchObject({ sub: dana.sub });
    expect((await second).body).toMatchObject({ sub: sam.sub });
  });

  test('64 a page that polls does not keep a session for ever', async () => {
    giveCookie(brand.signIn(dana.sub));
    await askForCode();
    const tokens = await exchange(
      web,
      (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '',
    );
    for (let turn = 0; turn < 13; turn += 1) {
      seconds += 3400;
      expect((await askForCode()).body).toHaveProperty('code');
    }
    // The brand still knows her, so that there is a session; what the first one gave has ended with it.
    expect((await refresh(web, tokens.body.refresh_token)).body.error).toBe('invalid_grant');
  });
});

describe('56 a silent request in flight', () => {
  const silent = (of: Visitor) => () => {
    const form = {
      client_id: 'liveperson',
      response_type: 'code',
      scope: 'openid',
      redirect_uri: 'https://liveperson.net',
      ...challenge,
    };
    return of.post(`${parley.issuer}/page/authorize`, form, { origin: page, accept: '*/*' });
  };

  test.each([
    ['a sign-out at the brand', (sid: string): void => brand.signOut(sid), null],
    [
      'a change of consumer at the brand',
      (sid: string): void => brand.change(sid, sam.sub),
      { sub: sam.sub },
    ],
  ])('across %s brings nothing of the former consumer back', async (_, act, afterwards) => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    await askForCode();
    const response = await whileDirectoryIsAsked(parley, silent(visitor.clone()), async () => {
      act(sid);
      later();
      await call('identity');
    });
    expect(await response.json()).toMatchObject({ error: 'login_required' });
    expect(response.headers.getSetCookie().join()).not.toMatch(/parley_acme_session=[^;]/);
    const { body } = await call('identity');
    if (afterwards) expect(body).toMatchObject(afterwards);
    else expect(body).toBeNull();
  });
});

test('56 an answer of the brand’s that is older than the end of its consumer signs nobody in', async () => {
  giveCookie(brand.signIn(dana.sub));
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  brand.misbehave((response) => {
    asked.resolve();
    void answer.promise.then(() => response.end(JSON.stringify({ id: dana.sub })));
  });
  const late = askForCode();
  await asked.promise;
  const end = Math.floor(Date.now() / 1000);
  await parley.server.sites[0]?.store.setNotBefore(dana.sub, end, 60);
  seconds += 2;
  answer.resolve();
  expect((await late).body).toMatchObject({ error: 'login_required' });
  await poll('the next second', 20_000, () => Date.now() / 1000 >= end + 1);
});

test('38 a re-authentication that is cancelled changes nobody and gives nothing', async () => {
  giveCookie(brand.signIn(dana.sub));
  await askForCode();
  const asked = await visitor.follow(
    await visitor.get(authorizationUrl(web, { prompt: 'login' })),
    parley.issuer,
  );
  const { action, fields } = readForm(await asked.response.text());
  const cancel = new URL(`${action}/cancel`, parley.issuer);
  const cancelled = await visitor.post(cancel, { csrf: fields['csrf'] ?? '' });
  const answer = answerOf((await visitor.follow(cancelled, parley.issuer)).url);
  expect(answer.get('error')).toBe('access_denied');
  expect(answer.get('code')).toBeNull();
  expect((await call('identity')).body).toMatchObject({ sub: dana.sub });
});

test('40 an account that is disabled loses its silent sign-in, its code and its refresh token', async () => {
  giveCookie(brand.signIn(sam.sub));
  const { body } = await askForCode();
  const tokens = await exchange(
    web,
    (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '',
  );
  const file = join(parley.folder, 'config', 'accounts.yaml');
  const accounts = await readFile(file, 'utf8');
  await writeFile(file, accounts.replace(`- id: ${sam.sub}`, `- id: ${sam.sub}\n    disabled: true`));
  later();
  expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
  expect((await call('identity')).body).toBeNull();
  expect(await subjectOfCode(body?.['code'])).toBe('invalid_grant');
  expect((await refresh(web, tokens.body.refresh_token)).body.error).toBe('invalid_grant');
  await writeFile(file, accounts);
});

describe('while a page of ours is due', () => {
  const open = async (url: URL) => visitor.follow(await visitor.get(url), parley.issuer);

  test('a consumer who signs in at the brand meanwhile needs no page of ours', async () => {
    const { url, response } = await open(authorizationUrl(web));
    expect(await response.text()).toContain('Password');
    giveCookie(brand.signIn(dana.sub));
    const landed = await visitor.follow(await visitor.get(url), parley.issuer);
    const { body } = await exchange(web, answerOf(landed.url).get('code') ?? '');
    expect(claimsOf(body.id_token)).toMatchObject({ sub: dana.sub });
  });

  test('who must sign in anew sees the page, unless the brand says that this has just happened', async () => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    const asked = await open(authorizationUrl(web, { prompt: 'login' }));
    expect(await asked.response.text()).toContain('Password');
    giveCookie(brand.signIn(dana.sub, { auth_time: Math.floor(Date.now() / 1000) + 1 }));
    const landed = await visitor.follow(await visitor.get(asked.url), parley.issuer);
    expect(answerOf(landed.url).get('code')).toBeTruthy();
  });

  test('an account that is not in the directory leads to the page, not round and round', async () => {
    giveCookie(brand.signIn('c-nobody'));
    const { response } = await open(authorizationUrl(web));
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Password');
  });

  test.each([
    ['signed out', (sid: string): void => brand.signOut(sid)],
    ['changed', (sid: string): void => brand.change(sid, sam.sub)],
  ])(
    '37 a consumer who has %s at the brand finds no consent page, and nobody consents for them',
    async (_, act) => {
      const stranger: Client = {
        issuer: parley.issuer,
        clientId: 'stranger',
        secret: secrets.stranger,
        redirectUri: 'https://stranger.example/callback',
      };
      const sid = brand.signIn(dana.sub);
      giveCookie(sid);
      const consent = await open(authorizationUrl(stranger));
      const { action, fields } = readForm(await consent.response.text());
      const allow = { csrf: fields['csrf'] ?? '', decision: 'allow' };
      const back = visitor.clone();
      act(sid);
      later();
      expect((await visitor.get(consent.url)).status).toBe(400);
      expect((await back.post(new URL(action, parley.issuer), allow)).status).toBe(400);
    },
  );

  test('37 a consent that was given before the consumer left brings no code after', async () => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    const consent = await open(
      authorizationUrl({ ...web, clientId: 'stranger', redirectUri: 'https://stranger.example/callback' }),
    );
    const { action, fields } = readForm(await consent.response.text());
    const allow = { csrf: fields['csrf'] ?? '', decision: 'allow' };
    const allowed = await visitor.post(new URL(action, parley.issuer), allow);
    brand.signOut(sid);
    later();
    const resumed = await visitor.get(new URL(allowed.headers.get('location') ?? '', parley.issuer));
    expect(resumed.headers.get('location') ?? '').not.toContain('code=');
    expect(resumed.status).toBe(400);
  });
});

describe('60 asking the brand', () => {
  test('forwards the named cookie and nothing else, and says that it is a check', async () => {
    giveCookie(brand.signIn(dana.sub));
    visitor.cookies.set('other', { value: 'private', path: '/' });
    await askForCode();
    const [asked] = brand.received;
    expect(asked?.method).toBe('GET');
    expect(asked?.path).toBe('/api/me');
    expect(asked?.headers['parley-check']).toBe('passive');
    expect(asked?.headers.cookie).toMatch(/^sid=[0-9a-f-]{36}$/);
    expect(JSON.stringify(asked?.headers)).not.toMatch(/private|parley_acme|authorization|origin/);
  });

  test('passes on no cookie of the brand’s', async () => {
    giveCookie(brand.signIn(dana.sub));
    expect((await askForCode()).cookies.join()).not.toMatch(/sid=renewed/);
  });

  test.each([
    ['a redirect', 302, { location: 'http://127.0.0.1:9/elsewhere' }, ''],
    ['another status', 403, {}, '{}'],
    ['no JSON', 200, {}, '<html>'],
    ['a list', 200, {}, '["c-dana-7Qm2"]'],
    ['an account that is no id', 200, {}, '{"id":{"id":"c-dana-7Qm2"}}'],
    ['an id that is too long', 200, {}, `{"id":"${'x'.repeat(256)}"}`],
    ['an endless body', 200, {}, JSON.stringify({ id: dana.sub, more: 'x'.repeat(100_000) })],
  ])('does not believe %s', async (_name, status, headers, body) => {
    giveCookie(brand.signIn(dana.sub));
    brand.misbehave((response) => {
      response.writeHead(status, headers);
      response.end(body);
    });
    const answer = await askForCode();
    expect(answer.status).toBe(503);
    expect(answer.body).not.toHaveProperty('code');
  });

  test.each([
    [401, '{}'],
    [404, ''],
    [200, 'null'],
    [200, '{"id":null}'],
    [200, '{}'],
  ])('takes %i %s for nobody', async (status, body) => {
    giveCookie(brand.signIn(dana.sub));
    brand.misbehave((response) => {
      response.statusCode = status;
      response.end(body);
    });
    expect((await askForCode()).body).toMatchObject({ error: 'login_required' });
  });

  test('leaves no cookie, body or account of the brand in the log', async () => {
    const sid = brand.signIn(dana.sub);
    giveCookie(sid);
    await askForCode();
    later();
    brand.misbehave((response) => {
      response.statusCode = 500;
      response.end('secret-body');
    });
    await askForCode();
    const log = JSON.stringify(parley.log);
    expect(log).toContain("the brand's session at 127.0.0.1");
    expect(log).not.toContain(sid);
    expect(log).not.toContain('secret-body');
  });
});

describe('61 cookies that cannot be believed', () => {
  test('two of one name: neither counts, and the brand is not asked', async () => {
    const response = await fetch(`${parley.issuer}/page/identity`, {
      method: 'POST',
      headers: {
        origin: page,
        cookie: `sid=${brand.signIn(sam.sub)}; sid=${brand.signIn(dana.sub)}`,
      },
      body: new URLSearchParams({ client_id: 'liveperson' }),
    });
    expect(await response.json()).toBeNull();
    expect(brand.received).toEqual([]);
    expect(JSON.stringify(parley.log)).toContain('two cookies sid arrived');
  });

  test('an answer is remembered for one brand session only', async () => {
    giveCookie(brand.signIn(dana.sub));
    expect((await call('identity')).body).toMatchObject({ sub: dana.sub });
    const other = new Visitor();
    giveCookie(brand.signIn(sam.sub), other);
    expect((await call('identity', {}, other)).body).toMatchObject({ sub: sam.sub });
    // Parley's session of one and the brand's of the other: the brand's word counts.
    giveCookie(other.cookies.get('sid')?.value ?? '');
    expect((await call('identity')).body).toMatchObject({ sub: sam.sub });
  });
});

describe('62 the brand’s load', () => {
  test('a stranger’s page and a visitor without the cookie cost no call', async () => {
    const foreign = await visitor.post(
      `${parley.issuer}/page/identity`,
      { client_id: 'liveperson' },
      { origin: 'https://evil.example', cookie: `sid=${brand.signIn(dana.sub)}` },
    );
    expect(foreign.status).toBe(403);
    await askForCode();
    await visitor.get(authorizationUrl(web, { redirect_uri: 'https://evil.example' }));
    expect(brand.received).toEqual([]);
  });

  test('a hundred questions at once and a page that polls are one call in five seconds', async () => {
    standing = Date.now();
    giveCookie(brand.signIn(dana.sub));
    await call('identity');
    later();
    brand.received.length = 0;
    const answers = await Promise.all(Array.from({ length: 100 }, () => call('identity')));
    expect(answers.every(({ body }) => body?.['sub'] === dana.sub)).toBe(true);
    for (let turn = 0; turn < 5; turn += 1) await call('identity');
    expect(brand.received).toHaveLength(1);
    later();
    await call('identity');
    expect(brand.received).toHaveLength(2);
  });
});

describe('62 a stranger’s cookies', () => {
  test('that the brand stumbles over do not close its session to others', async () => {
    brand.misbehave((response, { headers }) => {
      const isOdd = headers.cookie?.includes('odd') ?? false;
      response.statusCode = isOdd ? 500 : 200;
      response.end(JSON.stringify({ id: dana.sub }));
    });
    for (let turn = 0; turn < 12; turn += 1) {
      giveCookie(`odd-${turn}`);
      expect((await call('identity')).status).toBe(503);
    }
    giveCookie('fine');
    expect((await call('identity')).body).toMatchObject({ sub: dana.sub });
  });

  test('that no header can carry are no cookies', async () => {
    for (const value of ['a\u007Fb', 'a\u0001b']) {
      expect(pickCookies(`sid=${value}`, ['sid'])).toEqual({ kind: 'none' });
    }
  });
});

describe('63 ids of two ways', () => {
  test('are ids of one directory, compared exactly', async () => {
    for (const near of [
      dana.sub.toUpperCase(),
      ` ${dana.sub}`,
      `${dana.sub}\n`,
      'dana',
      'dana@example.com',
    ]) {
      giveCookie(brand.signIn(near));
      expect((await call('identity')).body).toBeNull();
    }
  });
});

test('the cookie that never arrives is told to the operator, once', async () => {
  const other = await startParley({
    brands: [
      testBrand({
        clients: testClients().map((client) => ({ ...client, pages: [page] })),
        login: [{ session: { url: brand.url, cookies: ['sid'] } }],
      }),
    ],
  });
  const ask = () =>
    new Visitor().post(`${other.issuer}/page/identity`, { client_id: 'liveperson' }, { origin: page });
  await ask();
  await ask();
  const lines = other.log.filter(({ msg }) => String(msg).startsWith('cookie sid never arrived'));
  expect(lines).toHaveLength(1);
  await other.stop();
});
