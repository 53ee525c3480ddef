import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { poll } from '../support/poll.ts';
import {
  authorizationUrl,
  authorizeSilently,
  exchange,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { dana, sam, secrets } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { type AdminSite, callerSecrets, startAdminSite } from './admin-site.ts';
import { createJudgedCalls, type JudgedCalls, type OpenApiDocument } from './judged-calls.ts';
import { describeKeys } from './key-calls.ts';
import { describeLimits } from './limit-calls.ts';
import { describeLogs } from './log-calls.ts';

/** The interface for the operator's programs: what it answers is what its OpenAPI document says, to nobody else. */

let calls: JudgedCalls;
let site: AdminSite;
let document: OpenApiDocument;
let [ops, viewer]: string[] = [];
beforeAll(async () => {
  calls = await createJudgedCalls(await startAdminSite({ audit: { to: 'audit.log' } }));
  ({ site, document, ops, viewer } = calls);
});
afterAll(() => site.parley.stop());

const account = `/brands/acme/accounts/${dana.sub}`;
const callOperation: JudgedCalls['call'] = (template, call) => calls.call(template, call);
const sessionsPath = '/brands/{brand}/accounts/{account}/sessions';

test('the document is OpenAPI 3.1, by a validator of the specification', async () => {
  const outcome = await new Validator().validate({ ...document });
  expect([outcome.valid, outcome.errors]).toEqual([true, undefined]);
});

describe('a consumer', () => {
  test('has sessions, and is signed out everywhere by one call: silent sign-in, refresh and userinfo end', async () => {
    const web = webClient(site.parley);
    const visitor = new Visitor(site.parley.fetch);
    const landed = await signIn(visitor, authorizationUrl(web, { scope: 'openid account' }), dana);
    const { body: tokens } = await exchange(web, landed.searchParams.get('code') ?? '');
    const other = new Visitor(site.parley.fetch);
    await signIn(other, authorizationUrl(web), sam);

    const shown = await callOperation(sessionsPath, { path: `${account}/sessions` });
    expect(shown.body).toMatchObject({ total: 1, sessions: [{ way: 'password', clients: ['web'] }] });
    const cookie = visitor.cookies.get('parley_acme_session')?.value;
    expect(cookie).toMatch(/^[\w-]{20,}$/);
    expect(JSON.stringify(shown.body)).not.toContain(cookie);

    const ended = await callOperation(sessionsPath, { path: `${account}/sessions`, method: 'delete' });
    expect(ended.body).toEqual({ ended_sessions: 1 });
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
    expect((await refresh(web, tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect(await userinfoStatus(web, tokens.access_token)).toBe(401);
    expect((await authorizeSilently(other, authorizationUrl(web))).get('code')).toBeTruthy();
    expect((await callOperation(sessionsPath, { path: `${account}/sessions` })).body).toEqual({
      total: 0,
      sessions: [],
    });
  });

  test('has claims, whose personal values are left out', async () => {
    const template = '/brands/{brand}/accounts/{account}/claims';
    const shown = await callOperation(template, { path: `${account}/claims?client=web&scope=profile` });
    expect(JSON.stringify(shown.body)).toContain('given_name');
    expect(JSON.stringify(shown.body)).not.toContain('Dana');
    const unknown = await callOperation(template, { path: '/brands/acme/accounts/nobody/claims?client=web' });
    expect([unknown.status, unknown.body['error']]).toEqual([404, 'account_unknown']);
  });

  test('has links, where a platform has any', async () => {
    for (const method of ['get', 'delete']) {
      const shown = await callOperation('/brands/{brand}/accounts/{account}/links', {
        method,
        path: `${account}/links`,
      });
      expect(shown.body).toEqual({ links: [] });
    }
  });
});

test('clients are listed with what they may do and without their secrets', async () => {
  const { body } = await callOperation('/brands/{brand}/clients', { path: '/brands/acme/clients' });
  expect(JSON.stringify(body)).toContain('https://shop.acme.example/callback');
  for (const secret of [...Object.values(secrets), ...Object.values(callerSecrets)]) {
    expect(JSON.stringify(body)).not.toContain(secret);
  }
});

test("a client's last requests are listed", async () => {
  const { body } = await callOperation('/brands/{brand}/clients/{client}/requests', {
    path: '/brands/acme/clients/ops/requests',
  });
  expect(body['requests']).toEqual(expect.any(Array));
  const unknown = await callOperation('/brands/{brand}/clients/{client}/requests', {
    path: '/brands/acme/clients/nobody/requests',
  });
  expect([unknown.status, unknown.body['error']]).toEqual([404, 'client_unknown']);
});

test('the process tells how it is, and reads its brands again', async () => {
  expect((await callOperation('/status')).body).toMatchObject({
    store: 'ok',
    draining: false,
    brands: [{ brand: 'acme', issuer: site.parley.issuer, directory: 'ok' }],
  });
  expect((await callOperation('/reload', { method: 'post' })).body).toEqual({ brands: ['acme'] });
  await poll('the line in the log', 30_000, () =>
    site.parley.log().some(({ msg }) => msg === 'configuration read again'),
  );
});

test('the configuration in force is shown without its secrets, as the command line shows it', async () => {
  const { body } = await callOperation('/config');
  expect(body).toMatchObject({ brands: { acme: { issuer: site.parley.issuer, clients: { ops: {} } } } });
  for (const secret of [...Object.values(secrets), ...Object.values(callerSecrets)]) {
    expect(JSON.stringify(body)).not.toContain(secret);
  }
});

describe('nobody else', () => {
  const everyOperation = () =>
    Object.entries(document.paths).flatMap(([template, methods]) =>
      Object.keys(methods).map((method) => [method, template] as const),
    );

  test("gets anything without a token, with a wrong one, or with a consumer's", async () => {
    const web = webClient(site.parley);
    const landed = await signIn(new Visitor(site.parley.fetch), authorizationUrl(web), sam);
    const { body } = await exchange(web, landed.searchParams.get('code') ?? '');
    const stranger = await site.tokenOf('other', callerSecrets.ops, 'admin:read');
    for (const token of [undefined, 'wrong', body.access_token, stranger]) {
      const answer = await site.call('/status', { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
  });

  test('may change anything with the scope admin:read alone', async () => {
    const changing = everyOperation().filter(([method]) => method !== 'get');
    expect(changing.length).toBeGreaterThan(2);
    for (const [method, template] of changing) {
      const path = template.replace('{brand}', 'acme').replace('{account}', sam.sub);
      const refused = await callOperation(template, { method, path, token: viewer });
      expect([template, refused.status, refused.body['error']]).toEqual([
        template,
        403,
        'insufficient_scope',
      ]);
    }
    const silent = await callOperation(sessionsPath, { path: `/brands/acme/accounts/${sam.sub}/sessions` });
    expect(silent.body['total']).not.toBe(0);
  });

  test('is let in after the token was revoked', async () => {
    const token = await site.tokenOf('viewer', callerSecrets.viewer, 'admin:read');
    expect((await site.call('/status', { token })).status).toBe(200);
    await fetch(`${site.parley.issuer}/token/revocation`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`viewer:${callerSecrets.viewer}`).toString('base64')}`,
      },
      body: new URLSearchParams({ token }),
    });
    expect((await site.call('/status', { token })).status).toBe(401);
  });

  test('calls from a page', async () => {
    for (const headers of [{ origin: 'https://www.acme.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await site.call('/status', { token: ops, headers });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('finds it on the public listener', async () => {
    const answer = await site.parley.fetch(`${site.parley.issuer}/admin/v1/status`, {
      headers: { authorization: `Bearer ${ops}` },
    });
    expect(answer.status).toBe(404);
  });
});

test.each([
  ['a length', { login: 'x'.repeat(9000) }, 413, 'too_large'],
  ['a member', { login: 'dana', secret: 'hidden' }, 400, 'invalid_request'],
  ['nothing', {}, 400, 'invalid_request'],
])('a body with %s that an operation does not take is refused', async (_title, body, status, error) => {
  const refused = await callOperation('/brands/{brand}/limits/forget-browsers', {
    method: 'post',
    path: '/brands/acme/limits/forget-browsers',
    body,
  });
  expect([refused.status, refused.body['error']]).toEqual([status, error]);
  expect(JSON.stringify(refused.body)).not.toContain('hidden');
});

test('no operation finds a brand that is not served', async () => {
  const bodies: Record<string, object> = { releaseLimits: { all: true }, forgetBrowsers: { login: 'dana' } };
  for (const [template, methods] of Object.entries(document.paths)) {
    if (!template.includes('{brand}')) continue;
    for (const [method, { operationId }] of Object.entries(methods)) {
      const path = template.replace('{brand}', 'zeta').replaceAll(/\{\w+\}/g, 'web');
      const refused = await callOperation(template, {
        method,
        path: operationId === 'explainClaims' ? `${path}?client=web` : path,
        ...(method === 'post' && { body: bodies[operationId] ?? {} }),
      });
      expect([operationId, refused.status, refused.body['error']]).toEqual([
        operationId,
        404,
        'brand_unknown',
      ]);
    }
  }
});

describe('limits', () => describeLimits(() => calls));
describe('keys', () => describeKeys(() => calls));
describe('logs', () => describeLogs(() => calls));

test('what an operation does not take is refused by name, never with its value', async () => {
  const refused = await callOperation('/brands/{brand}/clients', { path: '/brands/ACME-secret/clients' });
  expect([refused.status, refused.body['error']]).toEqual([400, 'invalid_request']);
  expect(JSON.stringify(refused.body)).not.toContain('ACME-secret');
  const unknown = await callOperation('/brands/{brand}/clients', { path: '/brands/acme/clients?x=1' });
  expect(unknown.status).toBe(400);
  expect((await callOperation('/brands/{brand}/clients', { path: '/brands/zeta/clients' })).status).toBe(404);
});

test('each call is a line of the audit log, the refused ones too, and no token stands in any log', async () => {
  const lines = (await site.events()).filter(({ event }) => event === 'admin.called');
  expect(lines).toContainEqual(
    expect.objectContaining({ operation: 'endSessions', by: 'client:ops', outcome: 'ok', brand: 'acme' }),
  );
  expect(lines).toContainEqual(
    expect.objectContaining({ operation: 'endSessions', by: 'client:viewer', outcome: 'insufficient_scope' }),
  );
  expect(lines).toContainEqual(expect.objectContaining({ by: 'unproved', outcome: 'invalid_token' }));
  for (const token of [ops, viewer]) {
    expect(site.parley.stdout()).not.toContain(token);
    expect(JSON.stringify(await site.events())).not.toContain(token);
  }
});

test('docs/admin-api.md lists the operations of the document', async () => {
  const page = await readFile(new URL('../../docs/admin-api.md', import.meta.url), 'utf8');
  const rows = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(
      ([method, { summary }]) => `| \`${method.toUpperCase()} ${template}\` | ${summary} |`,
    ),
  );
  const [, listed = ''] = /<!-- operations -->\n(?:.*\n){2}([\s\S]*?)\n<!-- end/.exec(page) ?? [];
  expect(listed.split('\n').toSorted()).toEqual(rows.toSorted());
});

test('every operation of the document was called and answered as it says', () => {
  const promised = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.keys(methods).map((method) => `${method} ${template}`),
  );
  const succeeded = [...calls.called].filter(([, statuses]) => statuses.has(200)).map(([key]) => key);
  expect(succeeded.toSorted()).toEqual(promised.toSorted());
});
