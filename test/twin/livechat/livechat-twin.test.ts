import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { livechatApp, type RunningLiveChat, startLiveChatTwin } from '../../support/livechat-twin.ts';
import { poll } from '../../support/poll.ts';
import { readForm } from '../../support/visitor.ts';

let twin: RunningLiveChat;
let clock = Date.now();
let agent: { accessToken: string; refreshToken: string };

beforeAll(async () => {
  twin = await startLiveChatTwin({ now: () => clock });
});
afterAll(() => twin.stop());
beforeEach(() => {
  clock = Date.now();
  twin.control.faults.clear();
  agent = twin.control.connectAgent();
});

interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

async function call(path: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(`${twin.origin}${path}`, { redirect: 'manual', ...init });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
}

const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
  call(path, { method: 'POST', headers, body: JSON.stringify(body) });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const agentGrant = { grant_type: 'agent_token', client_id: livechatApp.clientId, response_type: 'token' };
const cookieGrant = {
  grant_type: 'cookie',
  client_id: livechatApp.clientId,
  response_type: 'token',
  organization_id: livechatApp.organizationId,
  redirect_uri: 'https://www.acme.example/chat',
};
const byAgent = (more: object = {}): Promise<Answer> =>
  post('/v2/customer/token', { ...agentGrant, ...more }, bearer(agent.accessToken));
const byCookie = (cookie?: string, more: object = {}): Promise<Answer> =>
  post('/v2/customer/token', { ...cookieGrant, ...more }, cookie ? { cookie } : {});
const cookiesOf = ({ headers }: Answer): string =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

describe('the agent_token grant', () => {
  test('creates a customer, and knows it again by its entity_id; lifetimes are seconds', async () => {
    const { status, body } = await byAgent();
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^dal:/),
      client_id: livechatApp.clientId,
      entity_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
      expires_in: 28_800,
      token_type: 'Bearer',
      organization_id: livechatApp.organizationId,
    });
    const again = await byAgent({ entity_id: body.entity_id, expires_in: 60 });
    expect(again.body).toMatchObject({ entity_id: body.entity_id, expires_in: 60 });
    expect(again.body.access_token).not.toBe(body.access_token);
    expect(twin.control.findCustomer(again.body.access_token)?.id).toBe(body.entity_id);
  });

  test.each([
    ['without an agent', agentGrant, {}, 401, { oauth_exception: 'access_denied' }],
    [
      'with a personal access token',
      agentGrant,
      { authorization: 'Basic YTpi' },
      401,
      { oauth_exception: 'access_denied' },
    ],
    [
      'for another client',
      { ...agentGrant, client_id: 'x' },
      undefined,
      401,
      { oauth_exception: 'unauthorized_client' },
    ],
    [
      'without response_type',
      { ...agentGrant, response_type: undefined },
      undefined,
      400,
      { oauth_exception: 'invalid_request' },
    ],
    [
      'for an unknown customer',
      { ...agentGrant, entity_id: 'nobody' },
      undefined,
      404,
      { identity_exception: 'resource_not_found' },
    ],
    [
      'for an odd lifetime',
      { ...agentGrant, expires_in: '60' },
      undefined,
      400,
      { oauth_exception: 'invalid_request' },
    ],
    [
      'of an unknown kind',
      { ...agentGrant, grant_type: 'password' },
      undefined,
      400,
      { oauth_exception: 'unsupported_grant_type' },
    ],
  ])('%s is refused', async (_, body, headers, status, exception) => {
    const before = twin.control.customers().length;
    const answer = await post('/v2/customer/token', body, headers ?? bearer(agent.accessToken));
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ ...exception, exception_description: expect.any(String) });
    expect(twin.control.customers()).toHaveLength(before);
  });

  test('needs the scope customers:own', async () => {
    const narrow = await startLiveChatTwin({ app: { ...livechatApp, scopes: ['chats--all:ro'] } });
    const { accessToken } = narrow.control.connectAgent();
    const init = { method: 'POST', body: JSON.stringify(agentGrant), headers: bearer(accessToken) };
    const response = await fetch(`${narrow.origin}/v2/customer/token`, init);
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { oauth_exception: 'access_denied' },
    ]);
    await narrow.stop();
  });

  test('ends after eight hours', async () => {
    clock += 28_801_000;
    expect((await byAgent()).body.oauth_exception).toBe('access_denied');
  });
});

describe('the cookie grant', () => {
  test('creates a customer, sets both cookies for two years, and knows the customer by the newest only', async () => {
    const first = await byCookie();
    const lines = first.headers.getSetCookie();
    expect(lines.map((line) => line.split('=')[0])).toEqual(['__lc_cid', '__lc_cst']);
    for (const line of lines)
      expect(line).toMatch(/Path=\/v2\/customer; Max-Age=63072000; HttpOnly; Secure; SameSite=None/);

    const second = await byCookie(cookiesOf(first));
    expect(second.body.entity_id).toBe(first.body.entity_id);
    expect(cookiesOf(second)).not.toBe(cookiesOf(first));

    const stale = await byCookie(cookiesOf(first));
    expect(stale.status).toBe(200);
    expect(stale.body.entity_id).not.toBe(first.body.entity_id);
  });

  test.each([
    ['a redirect_uri of somebody else', { redirect_uri: 'https://evil.example' }],
    ['no organization', { organization_id: undefined }],
    ['another organization', { organization_id: '00000000-0000-4000-8000-000000000000' }],
  ])('%s is refused', async (_, more) => {
    const answer = await byCookie(undefined, more);
    expect([answer.status, answer.body.oauth_exception]).toEqual([400, 'invalid_request']);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('v1 speaks of licenses', async () => {
    const { organization_id: _, ...grant } = cookieGrant;
    const answer = await post('/customer/token', { ...grant, license_id: livechatApp.licenseId });
    expect(answer.body).toMatchObject({ license_id: livechatApp.licenseId });
    expect(answer.body).not.toHaveProperty('organization_id');
    expect((await post('/customer/token', { ...grant, license_id: '1520' })).status).toBe(400);
  });

  test('a group has identities of its own', async () => {
    const path = `/v2/customer/${livechatApp.organizationId}/7/token`;
    const inGroup = await post(path, cookieGrant);
    const outside = await byCookie(cookiesOf(inGroup));
    expect(inGroup.status).toBe(200);
    expect(outside.body.entity_id).not.toBe(inGroup.body.entity_id);
    const elsewhere = `/v2/customer/00000000-0000-4000-8000-000000000000/7/token`;
    expect((await post(elsewhere, cookieGrant)).body.oauth_exception).toBe('resource_not_found');
  });

  test('a page of the app may call it from a browser, another may not', async () => {
    const allowed = await post('/v2/customer/token', cookieGrant, { origin: 'https://www.acme.example' });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://www.acme.example');
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true');
    const stranger = await post('/v2/customer/token', cookieGrant, { origin: 'https://evil.example' });
    expect(stranger.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('an identity', () => {
  test('is told by its token until that is revoked', async () => {
    const { body } = await byAgent();
    const headers = bearer(body.access_token);
    expect((await call('/v2/customer/info', { headers })).body).toMatchObject({ entity_id: body.entity_id });
    expect((await call('/v2/customer/token', { method: 'DELETE', headers })).status).toBe(200);
    expect((await call('/v2/customer/info', { headers })).status).toBe(401);
    expect((await call('/v2/customer/token', { method: 'DELETE', headers })).status).toBe(401);
  });

  test('moves to another device by a one-time code, bound to a challenge where there is one', async () => {
    const { body } = await byAgent();
    const transfer = (headers: Record<string, string>, more: object) =>
      post('/v2/customer/identity_transfer', { client_id: livechatApp.clientId, ...more }, headers);
    const redeem = (code: string, more: object = {}) =>
      post('/v2/customer/token', {
        grant_type: 'identity_token',
        client_id: livechatApp.clientId,
        code,
        ...more,
      });

    const byCustomer = await transfer(bearer(body.access_token), { bearer_type: 'customer' });
    expect(byCustomer.body).toEqual({ identity_transfer_token: expect.any(String), expires_in: 3600 });
    const code = byCustomer.body.identity_transfer_token;
    expect((await redeem(code)).body.entity_id).toBe(body.entity_id);
    expect((await redeem(code)).body.oauth_exception).toBe('invalid_grant');

    const bound = await transfer(bearer(agent.accessToken), {
      bearer_type: 'agent',
      customer_id: body.entity_id,
      code_challenge: 'v'.repeat(43),
    });
    expect((await redeem(bound.body.identity_transfer_token)).body.oauth_exception).toBe('invalid_grant');
    expect((await transfer(bearer('nobody'), { bearer_type: 'customer' })).status).toBe(401);
  });

  test('is given a name and an e-mail with its own token', async () => {
    const { body } = await byAgent();
    const path = `/v3.5/customer/action/update_customer?organization_id=${livechatApp.organizationId}`;
    const profile = { name: 'Dana Reyes', email: 'dana@example.com' };
    expect((await post(path, profile, bearer(body.access_token))).status).toBe(200);
    expect(twin.control.findCustomer(body.access_token)).toMatchObject(profile);
    const refused = await post(path, profile, bearer(agent.accessToken));
    expect([refused.status, refused.body.error.type]).toEqual([401, 'authentication']);
  });
});

describe("an administrator's consent", () => {
  const redirectUri = 'http://127.0.0.1:49152/connected';
  const verifier = 'w'.repeat(50);
  const request = {
    response_type: 'code',
    client_id: livechatApp.clientId,
    redirect_uri: redirectUri,
    state: 's-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 's256',
  };
  const token = (form: Record<string, string>) =>
    call('/v2/token', {
      method: 'POST',
      body: new URLSearchParams({
        client_id: livechatApp.clientId,
        client_secret: livechatApp.clientSecret,
        ...form,
      }),
    });

  async function consent(): Promise<URL> {
    const page = await fetch(`${twin.origin}/?${new URLSearchParams(request).toString()}`);
    const { action, fields } = readForm(await page.text());
    const answer = await fetch(new URL(action, page.url), {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    return new URL(answer.headers.get('location') ?? '');
  }

  test('gives a code, once, and the code tokens of an agent', async () => {
    const target = await consent();
    expect([target.origin + target.pathname, target.searchParams.get('state')]).toEqual([redirectUri, 's-1']);
    const code = target.searchParams.get('code') ?? '';
    const grant = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    };
    const answer = await token(grant);
    expect(answer.body).toMatchObject({ expires_in: 28_800, scope: 'customers:own', token_type: 'Bearer' });
    agent = { accessToken: answer.body.access_token, refreshToken: answer.body.refresh_token };
    expect((await byAgent()).status).toBe(200);
    expect((await token(grant)).body.oauth_exception).toBe('invalid_grant');
  });

  test.each([
    ['without its verifier', { code_verifier: 'x'.repeat(50) }, 'invalid_grant'],
    ['at another address', { redirect_uri: 'https://www.acme.example/chat' }, 'invalid_grant'],
    ['with a wrong secret', { client_secret: 'wrong' }, 'invalid_client'],
  ])('a code is refused %s', async (_, more, exception) => {
    const code = (await consent()).searchParams.get('code') ?? '';
    const answer = await token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      ...more,
    });
    expect(answer.body.oauth_exception).toBe(exception);
  });

  test('refresh tokens rotate: the one before is dead', async () => {
    const refresh = (text: string) => token({ grant_type: 'refresh_token', refresh_token: text });
    const next = await refresh(agent.refreshToken);
    expect(next.body.refresh_token).not.toBe(agent.refreshToken);
    expect((await refresh(agent.refreshToken)).body.oauth_exception).toBe('invalid_grant');
    expect((await refresh(next.body.refresh_token)).status).toBe(200);
    const inJson = await post('/v2/token', { grant_type: 'refresh_token' });
    expect(inJson.body.oauth_exception).toBe('invalid_request');
  });
});

describe('misbehaves on demand', () => {
  test.each([
    [{ kind: 'unauthorized' }, 401, { oauth_exception: 'access_denied' }],
    [{ kind: 'rate_limited', retryAfter: 7 }, 429, { oauth_exception: 'too_many_requests' }],
    [{ kind: 'server_error' }, 500, { oauth_exception: 'server_error' }],
    [{ kind: 'temporarily_unavailable' }, 503, { oauth_exception: 'temporarily_unavailable' }],
    [{ kind: 'exception_with_200' }, 200, { oauth_exception: 'server_error' }],
    [{ kind: 'other_entity' }, 200, { entity_id: '00000000-0000-4000-8000-000000000000' }],
  ] as const)('%j', async (fault, status, body) => {
    twin.control.faults.set(fault, { times: 1 });
    const answer = await byAgent();
    expect([answer.status, answer.body]).toMatchObject([status, body]);
    expect(answer.headers.get('retry-after')).toBe(fault.kind === 'rate_limited' ? '7' : null);
    expect((await byAgent()).status).toBe(200);
  });

  test('garbage is no JSON', async () => {
    twin.control.faults.set({ kind: 'garbage' });
    await expect(byAgent()).rejects.toThrow(SyntaxError);
  });

  test('a hang creates nothing, a lost answer does', async () => {
    const before = twin.control.customers().length;
    twin.control.faults.set({ kind: 'hang' });
    const init = { method: 'POST', body: JSON.stringify(agentGrant), headers: bearer(agent.accessToken) };
    const [asked, patience] = [twin.control.calls.length, new AbortController()];
    const hung = call('/v2/customer/token', { ...init, signal: patience.signal });
    await poll('it is read', 20_000, () => twin.control.calls[asked]?.grantType !== undefined);
    patience.abort();
    await expect(hung).rejects.toThrow();
    expect(twin.control.customers()).toHaveLength(before);
    twin.control.faults.set({ kind: 'lost_answer' });
    await expect(byAgent()).rejects.toThrow();
    expect(twin.control.customers()).toHaveLength(before + 1);
  });

  test('a held answer comes when it is let go', async () => {
    const arrival = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    twin.control.faults.set({ kind: 'held_answer', until: release.promise, onArrival: arrival.resolve });
    const answer = byAgent();
    await arrival.promise;
    release.resolve();
    expect((await answer).status).toBe(200);
  });
});

test('calls are counted, without their secrets', async () => {
  const before = twin.control.count('customer_token');
  const { body } = await byAgent();
  await byAgent({ entity_id: body.entity_id });
  expect(twin.control.count('customer_token')).toBe(before + 2);
  expect(twin.control.calls.at(-1)).toEqual({
    operation: 'customer_token',
    path: '/v2/customer/token',
    grantType: 'agent_token',
    entityId: body.entity_id,
    status: 200,
  });
  expect(JSON.stringify(twin.control.calls)).not.toContain(agent.accessToken);
});
