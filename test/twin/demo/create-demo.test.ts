import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createDemo } from '../../../src/twin/demo/create-demo.ts';
import { Visitor } from '../../support/visitor.ts';
import { followTo, startTinyIssuer, type TinyIssuer, twinSecret } from '../tiny-issuer.ts';

const stateSchema = z.object({
  consumer: z.object({ name: z.string() }).nullable(),
  flow: z.string(),
  windowProblem: z.string().nullable(),
  conversation: z
    .object({
      messages: z.array(z.object({ from: z.string(), text: z.string() })),
      identity: z
        .object({
          agentView: z.object({ ctmrinfo: z.record(z.string(), z.unknown()) }),
          idToken: z.unknown(),
        })
        .nullable(),
      refusal: z.object({ code: z.string(), sentence: z.string() }).nullable(),
      exchanges: z.array(z.object({ title: z.string() })),
    })
    .nullable(),
});
type State = z.output<typeof stateSchema>;

let tiny: TinyIssuer;
let givenName = 'Dana';
/** Lets a test hold back the twin's own requests. */
let beforeFetch: () => Promise<void> = async () => {};

beforeAll(async () => {
  tiny = await startTinyIssuer({
    changeClaims: (claims) => ({ ...claims, given_name: givenName }),
    createMiddleware: (issuer) =>
      createDemo({
        issuer,
        clients: {
          storefront: { id: 'storefront' },
          livepersonTwin: { id: 'liveperson-twin', secret: twinSecret },
          livepersonTwinCode: { id: 'liveperson-twin-code', secret: twinSecret },
          livepersonTwinImplicit: { id: 'liveperson-twin-implicit' },
        },
        listRequests: async (clientId) => [{ endpoint: '/token', outcome: 'answered', clientId }],
        fetch: async (input, init) => {
          await beforeFetch();
          return fetch(input, init);
        },
      }),
  });
});
afterAll(() => tiny.close());

const at = (path: string): string => `${tiny.issuer}/demo${path}`;

async function signIn(visitor: Visitor, accountId = 'c-7f3k2m'): Promise<void> {
  tiny.signInAs(accountId);
  const callback = await followTo(visitor, at('/sign-in'), '/demo/callback');
  await visitor.get(callback);
}

async function readState(visitor: Visitor): Promise<State> {
  return stateSchema.parse(await (await visitor.get(at('/api/state'))).json());
}

async function postJson(
  visitor: Visitor,
  path: string,
  body: unknown,
  origin = tiny.issuer,
): Promise<Response> {
  const headers = { 'content-type': 'application/json', origin };
  return visitor.send(at(path), { method: 'POST', body: JSON.stringify(body), headers });
}

/** What LivePerson's window does by itself: authorization request, and what came back in its address. */
async function askIssuer(visitor: Visitor, path = '/liveperson/authorize'): Promise<Record<string, string>> {
  const back = await followTo(visitor, at(path), '/demo/liveperson/window');
  return Object.fromEntries(back.searchParams);
}

async function openKnownChat(visitor: Visitor): Promise<State> {
  await postJson(visitor, '/api/chat/open', {});
  const answer = await askIssuer(visitor);
  return stateSchema.parse(await (await postJson(visitor, '/api/liveperson/answer', answer)).json());
}

describe('the shop', () => {
  test("is where the issuer's bare address leads, and nothing else of the issuer's", async () => {
    const root = await new Visitor().get(`${tiny.issuer}/`);
    expect([root.status, root.headers.get('location')]).toEqual([302, '/demo']);
    const posted = await fetch(`${tiny.issuer}/`, { method: 'POST', redirect: 'manual' });
    expect(posted.headers.get('location')).toBeNull();
    expect((await new Visitor().get(`${tiny.issuer}/nothing`)).headers.get('location')).toBeNull();
  });

  test('greets a consumer who has signed in, and nobody else', async () => {
    const visitor = new Visitor();
    expect(await (await visitor.get(at(''))).text()).not.toContain('Hello');
    await signIn(visitor);
    expect(await (await visitor.get(at(''))).text()).toContain('Hello <strong><bdi>Dana</bdi></strong>');
  });

  test('keeps its session behind an opaque cookie that changes at sign-in', async () => {
    const visitor = new Visitor();
    const first = await visitor.get(at(''));
    expect(first.headers.get('set-cookie')).toMatch(
      /^demo_session=[\w-]{32}; path=\/demo; samesite=lax; httponly$/,
    );
    const before = visitor.cookies.get('demo_session')?.value;
    await signIn(visitor);
    const after = visitor.cookies.get('demo_session')?.value;
    expect(after).not.toBe(before);

    const planted = new Visitor();
    planted.cookies.set('demo_session', { value: before ?? '', path: '/demo' });
    expect((await readState(planted)).consumer).toBeNull();
  });

  test('escapes the name that the issuer gives', async () => {
    givenName = '<script>alert(1)</script>';
    const visitor = new Visitor();
    await signIn(visitor);
    givenName = 'Dana';
    const html = await (await visitor.get(at(''))).text();
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).not.toContain('<script>alert');
  });

  test.each(['?code=c&state=unknown', '?state=unknown', '?error=access_denied&state=unknown', ''])(
    'signs nobody in for the callback %p',
    async (query) => {
      const visitor = new Visitor();
      const response = await visitor.get(at(`/callback${query}`));
      expect(response.headers.get('location')).toBe('/demo?notice=not-signed-in');
      expect((await readState(visitor)).consumer).toBeNull();
    },
  );

  test("signs nobody in with another browser's answer, or with one that was used before", async () => {
    const dana = new Visitor();
    const callback = await followTo(dana, at('/sign-in'), '/demo/callback');
    const stranger = new Visitor();
    await stranger.get(callback);
    expect((await readState(stranger)).consumer).toBeNull();
    await dana.get(callback);
    expect((await readState(dana)).consumer).toEqual({ name: 'Dana' });
    expect((await dana.get(callback)).headers.get('location')).toBe('/demo?notice=not-signed-in');
  });

  test('signs out at the issuer, by name, and comes back', async () => {
    const visitor = new Visitor();
    await signIn(visitor);
    const response = await visitor.post(at('/sign-out'), {}, { origin: tiny.issuer });
    expect(response.status).toBe(303);
    const url = new URL(response.headers.get('location') ?? '');
    expect(url.pathname).toBe('/session/end');
    expect(url.searchParams.get('post_logout_redirect_uri')).toBe(at(''));
    expect(url.searchParams.get('id_token_hint')).toMatch(/^eyJ/);
    expect(await readState(visitor)).toMatchObject({ consumer: null, conversation: null });
  });

  test('may be framed by itself only, and runs only its own scripts', async () => {
    const { headers } = await new Visitor().get(at('/liveperson/window'));
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).not.toContain('unsafe');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each(['/assets/demo.js', '/assets/window.js', '/assets/demo.css', '/assets/icon.svg'])(
    'serves %s',
    async (path) => {
      expect((await new Visitor().get(at(path))).status).toBe(200);
    },
  );

  test.each([
    '/assets/..%2froutes.ts',
    '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
    '/assets/routes.ts',
    '/assets/.env',
  ])('does not serve %s', async (path) => {
    expect((await new Visitor().get(at(path))).status).toBe(404);
  });
});

describe("LivePerson's window", () => {
  test('asks in the popup style: code, openid only, raw JSON of about 2.5 kB as state, no nonce', async () => {
    const visitor = new Visitor();
    const response = await visitor.get(at('/liveperson/authorize'));
    const request = new URL(response.headers.get('location') ?? '').searchParams;
    const { state = '', ...rest } = Object.fromEntries(request);
    expect(rest).toEqual({
      response_type: 'code',
      client_id: 'liveperson-twin',
      scope: 'openid',
      redirect_uri: at('/liveperson/window'),
      parentWindowOrigin: tiny.issuer,
      prompt: 'none',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(JSON.parse(state)).toMatchObject({ lpUnifiedWindowConfig: { env: 'prod', external: true } });
    expect(Buffer.byteLength(state)).toBeGreaterThan(2400);
    expect(Buffer.byteLength(state)).toBeLessThan(2600);
  });

  test('a real popup may ask the consumer', async () => {
    const response = await new Visitor().get(at('/liveperson/authorize?interactive=1'));
    expect(response.headers.get('location')).not.toContain('prompt=');
  });

  test.each([
    ['code', 'code', null],
    ['pkce', 'code', 'S256'],
    ['implicit', 'id_token', null],
  ])('with the connector set to %s asks for %s, challenge %s', async (flow, responseType, method) => {
    const visitor = new Visitor();
    await postJson(visitor, '/api/connector', { flow });
    const response = await visitor.get(at('/liveperson/authorize'));
    const request = new URL(response.headers.get('location') ?? '').searchParams;
    expect([request.get('response_type'), request.get('code_challenge_method')]).toEqual([
      responseType,
      method,
    ]);
  });

  test.each(['pkce', 'code'])(
    'flow %s: makes the consumer known to the agent, with every message on show',
    async (flow) => {
      const visitor = new Visitor();
      await postJson(visitor, '/api/connector', { flow, style: 'popup' });
      await signIn(visitor);
      const open = await postJson(visitor, '/api/chat/open', {});
      expect(await open.json()).toEqual({ next: 'authorize' });

      const { conversation } = await openKnownChat(visitor);
      expect(conversation?.identity?.agentView.ctmrinfo).toMatchObject({
        customerId: 'FW-204-118',
        balance: 42.5,
      });
      expect(conversation?.exchanges.map(({ title }) => title)).toEqual([
        "LivePerson's window asks for the consumer",
        'LivePerson redeems the authorization code',
        'LivePerson reads the key set',
      ]);
      expect(conversation?.messages[0]?.text).toContain('FW-204-118');
    },
  );

  test('nothing on show is a secret or a usable token', async () => {
    const visitor = new Visitor();
    await signIn(visitor);
    const shown = JSON.stringify(await openKnownChat(visitor));
    expect(shown).not.toContain(twinSecret);
    expect(shown).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect(await (await visitor.get(at('/api/state'))).text()).not.toMatch(
      /eyJ[\w-]+\.eyJ|codeVerifier|demo_session/,
    );
  });

  test('an anonymous visitor just talks, and the agent sees nobody', async () => {
    const visitor = new Visitor();
    expect(await (await postJson(visitor, '/api/chat/open', {})).json()).toEqual({ next: 'talk' });
    await postJson(visitor, '/api/chat/messages', { text: 'What do I owe?' });
    const { conversation } = await readState(visitor);
    expect(conversation).toMatchObject({ identity: null, exchanges: [] });
    expect(conversation?.messages[1]?.text).toContain('please sign in first');
  });

  test('an anonymous conversation goes on when its consumer becomes known', async () => {
    const visitor = new Visitor();
    await postJson(visitor, '/api/chat/messages', { text: 'Hello?' });
    await signIn(visitor);
    const { conversation } = await openKnownChat(visitor);
    expect(conversation?.identity).not.toBeNull();
    expect(conversation?.messages.map(({ from }) => from)).toEqual(['consumer', 'assistant', 'assistant']);
  });

  test('login_required is no failure: the chat goes on as a guest', async () => {
    const visitor = new Visitor();
    await postJson(visitor, '/api/chat/open', {});
    const answer = await askIssuer(visitor);
    expect(answer['error']).toBe('login_required');
    await postJson(visitor, '/api/liveperson/answer', { state: answer['state'], error: answer['error'] });
    expect(await readState(visitor)).toMatchObject({
      windowProblem: 'login_required',
      conversation: { identity: null, refusal: null },
    });
    expect(await (await postJson(visitor, '/api/chat/open', {})).json()).toEqual({ next: 'talk' });
  });

  test('a state that is changed by one byte, or comes a second time, is refused', async () => {
    const visitor = new Visitor();
    await signIn(visitor);
    await postJson(visitor, '/api/chat/open', {});
    const answer = await askIssuer(visitor);
    await postJson(visitor, '/api/liveperson/answer', { ...answer, state: `${answer['state']} ` });
    expect((await readState(visitor)).conversation).toMatchObject({
      identity: null,
      refusal: { code: '10' },
    });

    await postJson(visitor, '/api/liveperson/answer', answer);
    expect((await readState(visitor)).conversation).toMatchObject({ refusal: null });
    await postJson(visitor, '/api/liveperson/answer', answer);
    expect((await readState(visitor)).conversation?.refusal?.code).toBe('10');
  });
});

describe('one device, two consumers', () => {
  test("A's code never makes B's chat known as A", async () => {
    const [a, b] = [new Visitor(), new Visitor()];
    await signIn(a, 'c-a');
    await postJson(a, '/api/chat/open', {});
    const answerOfA = await askIssuer(a);
    await signIn(b, 'c-b');
    await postJson(b, '/api/chat/open', {});
    const answerOfB = await askIssuer(b);

    await postJson(b, '/api/liveperson/answer', answerOfA);
    expect((await readState(b)).conversation?.identity).toBeNull();
    await postJson(b, '/api/liveperson/answer', { ...answerOfB, code: answerOfA['code'] });
    expect((await readState(b)).conversation?.identity).toBeNull();
  });

  test('a window that comes back with another consumer than the page knows is refused', async () => {
    const visitor = new Visitor();
    await signIn(visitor, 'c-a');
    for (const name of visitor.cookies.keys()) if (name !== 'demo_session') visitor.cookies.delete(name);
    tiny.signInAs('c-b');
    await postJson(visitor, '/api/chat/open', {});
    const answer = await askIssuer(visitor, '/liveperson/authorize?interactive=1');
    await postJson(visitor, '/api/liveperson/answer', answer);
    expect((await readState(visitor)).conversation).toMatchObject({
      identity: null,
      refusal: { code: '4407' },
    });
  });

  test('after A signs out, the conversation is gone and the next one is a stranger’s', async () => {
    const visitor = new Visitor();
    await signIn(visitor, 'c-a');
    await openKnownChat(visitor);
    await visitor.post(at('/sign-out'), {}, { origin: tiny.issuer });
    await postJson(visitor, '/api/chat/open', {});
    expect((await readState(visitor)).conversation).toMatchObject({
      identity: null,
      messages: [],
      exchanges: [],
    });
  });

  test('a token that is still being redeemed when A signs out reaches no chat', async () => {
    const visitor = new Visitor();
    await signIn(visitor, 'c-a');
    await postJson(visitor, '/api/chat/open', {});
    const answer = await askIssuer(visitor);
    const before = new Visitor();
    before.cookies.set('demo_session', {
      value: visitor.cookies.get('demo_session')?.value ?? '',
      path: '/demo',
    });

    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    beforeFetch = () => {
      reached.resolve();
      beforeFetch = async () => {};
      return gate.promise;
    };
    const late = postJson(visitor.clone(), '/api/liveperson/answer', answer);
    await reached.promise;
    await visitor.post(at('/sign-out'), {}, { origin: tiny.issuer });
    await postJson(visitor, '/api/chat/open', {});
    gate.resolve();

    expect(stateSchema.parse(await (await late).json()).conversation).toBeNull();
    expect((await readState(visitor)).conversation?.identity).toBeNull();
    expect((await readState(before)).consumer).toBeNull();
  });

  test("two visitors never see each other's messages", async () => {
    const [a, b] = [new Visitor(), new Visitor()];
    await postJson(a, '/api/chat/messages', { text: 'only for A' });
    await postJson(b, '/api/chat/messages', { text: 'only for B' });
    expect(JSON.stringify(await readState(b))).not.toContain('only for A');
  });
});

describe('the messages', () => {
  test('an agent who answers takes over from the automatic colleague', async () => {
    const visitor = new Visitor();
    await signIn(visitor);
    await openKnownChat(visitor);
    await postJson(visitor, '/api/chat/messages', { text: 'What is my balance?' });
    await postJson(visitor, '/api/agent/messages', { text: 'Let me see.' });
    await postJson(visitor, '/api/chat/messages', { text: 'And my plan?' });
    const { conversation } = await readState(visitor);
    expect(conversation?.messages.slice(1).map(({ from, text }) => [from, text])).toEqual([
      ['consumer', 'What is my balance?'],
      ['assistant', 'Your balance stands at 42.50 EUR. Shall I go through the last bill with you?'],
      ['agent', 'Let me see.'],
      ['consumer', 'And my plan?'],
    ]);
  });

  test('blank and endless messages are dropped and cut', async () => {
    const visitor = new Visitor();
    await postJson(visitor, '/api/chat/messages', { text: '   ' });
    expect((await readState(visitor)).conversation?.messages).toEqual([]);
    await postJson(visitor, '/api/chat/messages', { text: 'x'.repeat(4000) });
    expect((await readState(visitor)).conversation?.messages[0]?.text).toHaveLength(1000);
  });

  test.each([
    ['/api/chat/messages', { text: 7 }],
    ['/api/chat/messages', { text: 'x'.repeat(5000) }],
    ['/api/connector', { flow: 'token' }],
    ['/api/liveperson/answer', { code: 'c' }],
  ])('%s refuses a body that its page never sends', async (path, body) => {
    expect((await postJson(new Visitor(), path, body)).status).toBe(400);
  });

  test.each(['https://evil.example', 'null', ''])(
    'a change asked for by the origin %p is refused',
    async (origin) => {
      const visitor = new Visitor();
      const response = await postJson(visitor, '/api/chat/messages', { text: 'x' }, origin);
      expect(response.status).toBe(403);
      expect((await visitor.post(at('/sign-out'), {}, { origin })).status).toBe(403);
    },
  );
});

test('the requests that the issuer noted are those of the client that the connector uses', async () => {
  const visitor = new Visitor();
  const read = async () => (await visitor.get(at('/api/requests'))).json();
  expect(await read()).toEqual({
    requests: [{ endpoint: '/token', outcome: 'answered', clientId: 'liveperson-twin' }],
  });
  await visitor.send(at('/api/connector'), {
    method: 'POST',
    body: JSON.stringify({ flow: 'implicit' }),
    headers: { 'content-type': 'application/json', origin: tiny.issuer },
  });
  expect(await read()).toMatchObject({ requests: [{ clientId: 'liveperson-twin-implicit' }] });
});

describe('the embedded window', () => {
  const iss = () => tiny.issuer;
  const introduce = async (visitor: Visitor, sub: string | null) => {
    const identity = sub && { iss: iss(), acr: 'loa1', sub };
    return (await postJson(visitor, '/api/tag/identity', { identity })).json() as Promise<{
      question?: string;
      codeChallenge?: string;
    }>;
  };

  test('is how a visitor’s chat begins: the window asks nobody itself', async () => {
    const visitor = new Visitor();
    await signIn(visitor);
    expect(await (await postJson(visitor, '/api/chat/open', {})).json()).toEqual({ next: 'talk' });
    const html = await (await visitor.get(at(''))).text();
    expect(html).toContain('/parley.js" data-client="liveperson-twin" data-flow="code"');
  });

  test('asks the page for nobody who is not there', async () => {
    expect(await introduce(new Visitor(), null)).toEqual({});
  });

  test('gives the page a challenge and never the verifier', async () => {
    const asked = await introduce(new Visitor(), 'c-a');
    expect(asked).toEqual({
      question: expect.any(String),
      codeChallenge: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  test('refuses a code that its challenge does not fit: 1057', async () => {
    const visitor = new Visitor();
    await signIn(visitor, 'c-a');
    const { code = '' } = await askIssuer(visitor);
    const { question } = await introduce(visitor, 'c-a');
    const told = [{ ssoKey: code, redirect_uri: at('/liveperson/window') }];
    await postJson(visitor, '/api/tag/answer', { question, told });
    expect((await readState(visitor)).conversation).toMatchObject({
      identity: null,
      refusal: { code: '1057' },
    });
  });

  test('refuses whoever the identity function does not name any more: 4407', async () => {
    const visitor = new Visitor();
    await postJson(visitor, '/api/connector', { flow: 'code' });
    await signIn(visitor, 'c-a');
    const { code = '' } = await askIssuer(visitor);
    const { question } = await introduce(visitor, 'c-a');
    await introduce(visitor, 'c-b');
    const told = [{ ssoKey: code, redirect_uri: at('/liveperson/window') }];
    await postJson(visitor, '/api/tag/answer', { question, told });
    expect((await readState(visitor)).conversation).toMatchObject({
      identity: null,
      refusal: { code: '4407' },
    });
  });

  test('stays a guest’s when the page gives a reason', async () => {
    const visitor = new Visitor();
    const { question } = await introduce(visitor, 'c-a');
    await postJson(visitor, '/api/tag/answer', { question, told: ['', 'sign_in_required'] });
    expect(await readState(visitor)).toMatchObject({
      windowProblem: 'sign_in_required',
      conversation: { identity: null, refusal: null },
    });
  });

  test('hears only the answer to its own question, once', async () => {
    const [a, b] = [new Visitor(), new Visitor()];
    const { question } = await introduce(a, 'c-a');
    const reason = async (visitor: Visitor, told: string) => {
      await postJson(visitor, '/api/tag/answer', { question, told: ['', told] });
      return (await readState(visitor)).windowProblem;
    };
    expect(await reason(b, 'of another')).toBeNull();
    expect(await reason(a, 'first')).toBe('first');
    expect(await reason(a, 'second')).toBeNull();
  });
});
