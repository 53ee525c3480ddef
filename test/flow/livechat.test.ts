import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createEmbeddedStore } from '../../src/store/embedded-store.ts';
import {
  type ChatVisitor,
  chatPage,
  encryptionKey,
  livechatBrand,
  openChatPage,
  type PageAnswer,
  signInToChat,
} from '../support/livechat-site.ts';
import { livechatApp, type RunningLiveChat, startLiveChatTwin } from '../support/livechat-twin.ts';
import { poll } from '../support/poll.ts';
import { quickest } from '../support/quickest.ts';
import { type RunningParley, type StartOptions, startParley } from '../support/start-parley.ts';
import { dana, sam } from '../support/test-brand.ts';

let twin: RunningLiveChat;
let parley: RunningParley;
/** Milliseconds since 1970, of Parley, of its store and of LiveChat. */
let clock = Date.now();
/** An administrator's, whether it is used or not. */
let agentToken: string;
let restart: () => Promise<void>;

/**
 * A Parley whose LiveChat client has these settings, for the tests of a group; a trial's fixed agent token unless they
 * say otherwise. Before each test nobody is linked and nothing is wrong.
 */
function withSettings(settings: Record<string, unknown>): void {
  let data: string;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'parley-livechat-'));
    twin = await startLiveChatTwin({ now: () => clock });
    agentToken = twin.control.connectAgent().accessToken;
    const trial = settings['grant'] === 'cookie' ? {} : { agent_token: agentToken };
    const options = {
      brands: [livechatBrand(twin.origin, { ...trial, ...settings })],
      env: { PARLEY_ENCRYPTION_KEYS: encryptionKey, LOG_LEVEL: 'trace' },
      now: () => clock,
    };
    const start = (more: StartOptions = {}) =>
      startParley({
        ...options,
        ...more,
        useStore: createEmbeddedStore({ folder: data, now: () => clock }),
      });
    parley = await start();
    restart = async () => {
      const { folder } = parley;
      await parley.stop({ keepFolder: true });
      parley = await start({ folder });
    };
  });
  afterAll(async () => {
    await parley.stop();
    await twin.stop();
    await rm(data, { recursive: true });
  });
  beforeEach(async () => {
    clock = Date.now();
    twin.control.faults.clear();
    twin.control.forget();
    parley.log.length = 0;
    const store = parley.server.sites[0]?.store;
    await store?.destroy('VendorPause', 'livechat:livechat');
    for (const { sub } of [dana, sam]) {
      await store?.removeLink(linkName, sub);
      await store?.destroy('DisownedCustomer', `${linkName}:${sub}`);
      await store?.resetCounter(`vendor-mints:${linkName}:${sub}`);
      await store?.destroy('CustomerCreation', `${linkName}:${sub}`);
    }
  });
}

const linkName = `livechat/${livechatApp.organizationId}`;
const lines = (text: string) => parley.log.filter((line) => JSON.stringify(line).includes(text));
const mints = () => twin.control.count('customer_token');

function expectPageMayRead({ headers }: PageAnswer): void {
  expect(headers.get('access-control-allow-origin')).toBe(chatPage);
  expect(headers.get('access-control-allow-credentials')).toBe('true');
  expect(headers.get('cache-control')).toBe('no-store');
}

describe('a token', () => {
  withSettings({ token_lifetime: 3600 });

  test("is in the words and the milliseconds of LiveChat's widget, for the consumer of the session", async () => {
    const page = await signInToChat(parley, dana);
    const answer = await page.ask('token');
    expect(answer.status).toBe(200);
    expectPageMayRead(answer);
    expect(answer.body).toEqual({
      accessToken: expect.stringMatching(/^dal:/),
      entityId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      expiresIn: 3_600_000,
      tokenType: 'Bearer',
      creationDate: clock,
      licenseId: livechatApp.licenseId,
      organizationId: livechatApp.organizationId,
    });
    expect(twin.control.findCustomer(answer.body.accessToken)?.id).toBe(answer.body.entityId);
  });

  test('1,000 calls within its life make one call of LiveChat', async () => {
    const page = await signInToChat(parley, dana);
    const tokens = new Set<string>();
    for (let round = 0; round < 20; round += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => page.ask('token')));
      for (const { body } of answers) tokens.add(body.accessToken);
    }
    expect(tokens.size).toBe(1);
    expect(mints()).toBe(1);

    clock += 1800_000;
    expect((await page.ask('token')).body.creationDate).toBe(clock - 1800_000);
    expect(mints()).toBe(1);
  });

  test('is not given in its last minutes', async () => {
    const page = await signInToChat(parley, dana);
    const first = (await page.ask('token')).body;
    clock += 3_419_000;
    expect((await page.ask('token')).body).toEqual(first);
    clock += 2_000;
    const next = (await page.ask('token')).body;
    expect(next.accessToken).not.toBe(first.accessToken);
    expect(next.entityId).toBe(first.entityId);
    expect(mints()).toBe(2);
  });

  test('is fresh when a fresh one is asked for: one call each time, one for ten tabs at once', async () => {
    const page = await signInToChat(parley, dana);
    const first = (await page.ask('token')).body;
    for (let round = 1; round <= 3; round += 1) {
      clock += 1500;
      expect((await page.ask('fresh')).body.creationDate).toBe(clock);
      expect(mints()).toBe(1 + round);
    }
    clock += 1500;
    const tabs = await Promise.all(Array.from({ length: 10 }, () => page.ask('fresh')));
    expect(new Set(tabs.map(({ body }) => body.accessToken)).size).toBe(1);
    expect(mints()).toBe(5);
    expect((await page.ask('token')).body).toEqual(tabs[0]?.body);
    expect(new Set([first, ...tabs.map(({ body }) => body)].map(({ entityId }) => entityId)).size).toBe(1);
  });

  test('a consumer who asks for new ones without end is told to wait, whatever the way, and others are not', async () => {
    const [page, other] = [await signInToChat(parley, dana), await signInToChat(parley, sam)];
    let answer = await page.ask('token');
    for (let round = 0; answer.status === 200 && round < 100; round += 1) {
      await page.ask('invalidate');
      answer = await page.ask('token');
    }
    expectPageMayRead(answer);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60']);
    expect(answer.body).toEqual({
      error: 'too_many_tokens',
      error_description: expect.stringMatching(/^The chat /),
      support_id: expect.any(String),
    });
    clock += 2000;
    expect((await page.ask('fresh')).status).toBe(429);
    const made = mints();
    expect(made).toBeLessThan(100);
    expect(lines('asks for new tokens without end')).not.toEqual([]);
    // It is the consumer's limit and no failure: neither an error in the log nor a 5xx that somebody counts.
    expect(parley.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await other.ask('token')).status).toBe(200);
    expect(mints()).toBe(made + 1);
  });

  test('one that was just had without asking for a fresh one does not count as fresh', async () => {
    const page = await signInToChat(parley, dana);
    const first = await page.ask('token');
    expect((await page.ask('fresh')).body.accessToken).not.toBe(first.body.accessToken);
  });
});

describe('who is asked for', () => {
  withSettings({});

  test.each(['token', 'fresh', 'transfer'] as const)(
    '%s without a session is login_required',
    async (operation) => {
      const answer = await openChatPage(parley).ask(operation);
      expectPageMayRead(answer);
      expect([answer.status, answer.body]).toMatchObject([401, { error: 'login_required' }]);
      expect(answer.body.support_id).toBeTruthy();
      expect(mints()).toBe(0);
    },
  );

  test('has is false and invalidate succeeds without a session', async () => {
    const page = openChatPage(parley);
    expect((await page.ask('has')).body).toEqual({ has_token: false });
    expect((await page.ask('invalidate')).body).toEqual({ invalidated: true });
  });

  test('a page that expects somebody else gets nothing', async () => {
    const page = await signInToChat(parley, dana);
    expect((await page.ask('token', { expected_sub: sam.sub })).body.error).toBe('login_required');
    expect((await page.ask('has', { expected_sub: sam.sub })).body).toEqual({ has_token: false });
    expect(mints()).toBe(0);
    expect((await page.ask('token', { expected_sub: dana.sub })).status).toBe(200);
    expect((await page.ask('has', { expected_sub: sam.sub })).body).toEqual({ has_token: false });
  });

  test('whatever else the request names changes nothing', async () => {
    const page = await signInToChat(parley, dana);
    const mine = (await page.ask('token')).body.entityId;
    const named = { sub: sam.sub, account_id: sam.sub, entity_id: 'x', login_hint: sam.login };
    expect((await page.ask('token', named)).body.entityId).toBe(mine);
  });

  test.each([
    ["a stranger's page", { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
  ])('%s learns nothing and costs nothing', async (_, headers) => {
    const page = await signInToChat(parley, dana);
    for (const operation of ['token', 'fresh', 'has', 'invalidate', 'transfer'] as const) {
      const answer = await page.ask(operation, {}, headers);
      expect([answer.status, answer.body.error]).toEqual([403, 'access_denied']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(twin.control.calls).toEqual([]);
  });

  test('a client of another platform has no such tokens', async () => {
    const page = await signInToChat(parley, dana);
    expect((await page.ask('token', { client_id: 'liveperson' })).status).toBe(403);
    const get = await fetch(`${parley.issuer}/page/livechat/token`);
    expect(get.status).toBe(405);
  });
});

describe("a consumer's customer", () => {
  withSettings({});

  test('is made once and kept: by invalidate, by another session, by a restart', async () => {
    const page = await signInToChat(parley, dana);
    const { entityId } = (await page.ask('token')).body;
    await page.ask('invalidate');
    expect((await page.ask('has')).body).toEqual({ has_token: false });
    expect((await page.ask('token')).body.entityId).toBe(entityId);
    const phone = await signInToChat(parley, dana);
    expect((await phone.ask('token')).body.entityId).toBe(entityId);
    await restart();
    expect((await (await signInToChat(parley, dana)).ask('token')).body.entityId).toBe(entityId);
    expect(twin.control.customers()).toHaveLength(1);
  });

  test('fifty first calls at once make one customer', async () => {
    const page = await signInToChat(parley, dana);
    const answers = await Promise.all(Array.from({ length: 50 }, () => page.ask('token')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 200));
    expect(new Set(answers.map(({ body }) => body.entityId)).size).toBe(1);
    expect(twin.control.customers()).toHaveLength(1);
  });

  test('two consumers have two', async () => {
    const [one, other] = await Promise.all([signInToChat(parley, dana), signInToChat(parley, sam)]);
    expect((await one.ask('token')).body.entityId).not.toBe((await other.ask('token')).body.entityId);
  });

  test('moves to another device by a one-time code', async () => {
    const page = await signInToChat(parley, dana);
    const { entityId } = (await page.ask('token')).body;
    const { status, body } = await page.ask('transfer');
    expect([status, body]).toEqual([200, { code: expect.any(String), expires_in: 3600 }]);
    const redeemed = await fetch(`${twin.origin}/v2/customer/token`, {
      method: 'POST',
      body: JSON.stringify({
        grant_type: 'identity_token',
        client_id: livechatApp.clientId,
        code: body.code,
      }),
    });
    expect(await redeemed.json()).toMatchObject({ entity_id: entityId });
    expect((await page.ask('transfer', { code_challenge: 'short' })).body.error).toBe('invalid_request');
  });
});

describe('name and e-mail, where the brand wants it', () => {
  withSettings({ update_customer: true });

  test('are told once, and again only when they change', async () => {
    const page = await signInToChat(parley, dana);
    const { accessToken } = (await page.ask('token')).body;
    await poll(
      'the profile is noted',
      20_000,
      async () => (await linkOf(dana.sub))?.['profile'] !== undefined,
    );
    expect(twin.control.findCustomer(accessToken)).toMatchObject({
      name: 'Dana Reyes',
      email: 'dana@example.com',
    });
    clock += 5000;
    await page.ask('fresh');
    clock += 5000;
    await page.ask('fresh');
    expect(twin.control.count('update_customer')).toBe(1);
  });
});

describe('on a shared device', () => {
  withSettings({});

  test('after A signs out nothing of A is left there: no token, a revoked one, and B is somebody else', async () => {
    const kiosk = await signInToChat(parley, dana);
    const phone = await signInToChat(parley, dana);
    const first = (await kiosk.ask('token')).body;
    clock += 2000;
    const second = (await kiosk.ask('fresh')).body;
    const onPhone = (await phone.ask('token')).body;

    expect((await kiosk.signOut()).status).toBe(200);
    expect((await kiosk.ask('has')).body).toEqual({ has_token: false });
    expect((await kiosk.ask('token')).body.error).toBe('login_required');
    for (const { accessToken } of [first, second])
      expect(twin.control.findCustomer(accessToken)).toBeUndefined();

    expect(twin.control.findCustomer(onPhone.accessToken)?.id).toBe(onPhone.entityId);
    expect((await phone.ask('token')).body).toEqual(onPhone);

    const next = await signInToChat(parley, sam);
    const ofSam = (await next.ask('token')).body;
    expect(ofSam.entityId).not.toBe(first.entityId);
    expect([first, second, onPhone].map(({ accessToken }) => accessToken)).not.toContain(ofSam.accessToken);
  });

  test('a sign-out while a token is on its way wins: it is revoked and nobody gets it', async () => {
    const kiosk = await signInToChat(parley, dana);
    const arrival = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    twin.control.faults.set({ kind: 'held_answer', until: release.promise, onArrival: arrival.resolve });
    const late = openChatPage(parley, kiosk.visitor.clone()).ask('token');
    await arrival.promise;
    expect((await kiosk.signOut()).body).toEqual({ signed_out: true });
    release.resolve();
    expect((await late).body.error).toBe('login_required');
    await poll('no token is alive', 20_000, () => twin.control.countLiveTokens() === 0);
  });

  test('a sign-out while a one-time code is on its way wins: nobody gets it', async () => {
    const kiosk = await signInToChat(parley, dana);
    await kiosk.ask('token');
    const arrival = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    twin.control.faults.set(
      { kind: 'held_answer', until: release.promise, onArrival: arrival.resolve },
      { operation: 'identity_transfer' },
    );
    const late = openChatPage(parley, kiosk.visitor.clone()).ask('transfer');
    await arrival.promise;
    await kiosk.signOut();
    release.resolve();
    expect((await late).body.error).toBe('login_required');
  });

  test('LiveChat being down holds a sign-out up for a second at most', async () => {
    const kiosks: ChatVisitor[] = [];
    for (let n = 0; n < 3; n += 1) kiosks.push(await signInToChat(parley, dana));
    for (const kiosk of kiosks) await kiosk.ask('token');
    twin.control.faults.set({ kind: 'hang' }, { operation: 'revoke' });
    const took = await quickest(2000, async () => {
      const kiosk = kiosks.pop();
      expect((await kiosk?.signOut())?.body).toEqual({ signed_out: true });
      expect((await kiosk?.ask('has'))?.body).toEqual({ has_token: false });
    });
    expect(took).toBeLessThan(2000);
  });
});

describe.each(['v2', 'v1'])('the cookie grant in %s', (addressing) => {
  withSettings({ grant: 'cookie', addressing });

  test('keeps the customer with its newest secret', async () => {
    const page = await signInToChat(parley, dana);
    const { entityId } = (await page.ask('token')).body;
    for (let round = 0; round < 3; round += 1) {
      clock += 2000;
      expect((await page.ask('fresh')).body.entityId).toBe(entityId);
    }
    // Two devices at once: each answer makes the secret before it stale.
    const phone = await signInToChat(parley, dana);
    clock += 2000;
    const both = await Promise.all([page.ask('fresh'), phone.ask('fresh')]);
    expect(both.map(({ body }) => body.entityId)).toEqual([entityId, entityId]);
    expect(twin.control.customers()).toHaveLength(1);
  });

  test('a stale secret is loud: an error, the link as it was, and no second stranger made', async () => {
    const page = await signInToChat(parley, dana);
    const { entityId } = (await page.ask('token')).body;
    twin.control.staleSecret(entityId);
    clock += 2000;
    const answer = await page.ask('fresh');
    expectPageMayRead(answer);
    expect([answer.status, answer.body.error]).toEqual([502, 'server_error']);
    const [line] = lines('cannot be had');
    expect(line).toMatchObject({ level: 'error', accountId: dana.sub });
    expect(String(line?.['msg'])).toMatch(/The link is unchanged.*parley links show/);
    expect(await linkOf(dana.sub)).toMatchObject({ customer_id: entityId });

    const customers = twin.control.customers().length;
    for (let round = 0; round < 5; round += 1) expect((await page.ask('fresh')).status).toBe(502);
    expect(twin.control.customers()).toHaveLength(customers);
  });
});

describe.each([{ grant: 'agent_token' }, { grant: 'cookie' }])('whatever happens, with %o', (settings) => {
  withSettings(settings);

  test('no secret is in an answer or its headers, and no token either in a log line of any level', async () => {
    const page = await signInToChat(parley, dana);
    const answers: PageAnswer[] = [];
    const kinds = [undefined, 'unauthorized', 'exception_with_200', 'garbage', 'other_entity'] as const;
    for (const kind of kinds) {
      if (kind) twin.control.faults.set({ kind });
      for (const operation of ['token', 'fresh', 'transfer', 'has', 'invalidate'] as const) {
        clock += 2000;
        answers.push(await page.ask(operation));
      }
    }
    answers.push(await page.signOut());
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 502, 503]));

    const ofCustomers = twin.control.customers().map(({ secret }) => secret);
    const secrets = [agentToken, ...ofCustomers, livechatApp.clientSecret, encryptionKey];
    const tokens = answers.flatMap(({ body }) => body.accessToken ?? body.code ?? []);
    expect(tokens.length).toBeGreaterThan(2);
    const said = JSON.stringify(answers.map(({ body, headers }) => [body, ...headers]));
    const log = JSON.stringify(parley.log);
    for (const text of [...secrets, ...tokens]) {
      expect(text.length).toBeGreaterThan(8);
      expect(log).not.toContain(text);
    }
    for (const text of secrets) expect(said).not.toContain(text);
  });
});

describe('where groups are separated', () => {
  withSettings({ group_id: 7 });

  test('an identity belongs to its group', async () => {
    const page = await signInToChat(parley, dana);
    const { entityId } = (await page.ask('token')).body;
    expect(twin.control.customers()).toMatchObject([{ id: entityId, groupId: 7 }]);
  });
});

describe('what goes wrong at LiveChat', () => {
  withSettings({});

  const passing = [503, 'temporarily_unavailable', expect.stringMatching(/^\d+$/)];
  const lasting = [502, 'server_error', expect.stringMatching(/^\d+$/)];

  test.each([
    ['429', { kind: 'rate_limited', retryAfter: 7 }, passing, 'left alone for 7 s'],
    ['429 without a time', { kind: 'rate_limited' }, passing, 'left alone for 30 s'],
    ['500', { kind: 'server_error' }, passing, 'answered 500'],
    ['503', { kind: 'temporarily_unavailable' }, passing, 'answered 503'],
    ['an exception with 200', { kind: 'exception_with_200' }, passing, 'server_error'],
    ['garbage', { kind: 'garbage' }, lasting, 'is not JSON'],
    ['401', { kind: 'unauthorized' }, lasting, 'LiveChat refuses the fixed agent_token: make a new one'],
    ['a lost answer', { kind: 'lost_answer' }, passing, 'no answer'],
  ] as const)(
    '%s: the page learns whether to try again, the log why and what to do',
    async (_, fault, expected, reason) => {
      const page = await signInToChat(parley, dana);
      twin.control.faults.set(fault);
      const answer = await page.ask('token');
      expectPageMayRead(answer);
      expect([answer.status, answer.body.error, answer.headers.get('retry-after')]).toEqual(expected);
      expect(answer.body).toEqual({
        error: answer.body.error,
        error_description: expect.stringMatching(/^The chat /),
        support_id: expect.any(String),
      });
      expect(lines(reason)).not.toEqual([]);
      expect(lines(answer.body.support_id)).not.toEqual([]);
    },
  );

  test('a hang ends in time', async () => {
    const page = await signInToChat(parley, dana);
    twin.control.faults.set({ kind: 'hang' });
    const took = await quickest(6000, async () => {
      const answer = await page.ask('token');
      expect([answer.status, answer.body.error]).toEqual([503, 'temporarily_unavailable']);
    });
    expect(took).toBeLessThan(6000);
    expect(lines('no answer in time')).not.toEqual([]);
  });

  test('a changed entity_id is an error and never a link', async () => {
    const page = await signInToChat(parley, dana);
    const { entityId } = (await page.ask('token')).body;
    clock += 2000;
    twin.control.faults.set({ kind: 'other_entity' });
    const answer = await page.ask('fresh');
    expect([answer.status, answer.body.error]).toEqual([502, 'server_error']);
    expect(await linkOf(dana.sub)).toMatchObject({ customer_id: entityId });
    expect(lines('another customer than the one that the link names')).not.toEqual([]);
  });

  test('after a 429 nobody asks until the time is over', async () => {
    const [page, other] = [await signInToChat(parley, dana), await signInToChat(parley, sam)];
    twin.control.faults.set({ kind: 'rate_limited', retryAfter: 7 }, { times: 1 });
    await page.ask('token');
    expect((await other.ask('token')).headers.get('retry-after')).toBe('7');
    expect(mints()).toBe(1);
    // Those who ask meanwhile do not make it longer.
    for (let left = 69; left > 0; left -= 1) {
      clock += 100;
      expect((await page.ask('token')).headers.get('retry-after')).toBe(String(Math.ceil(left / 10)));
    }
    expect(mints()).toBe(1);
    clock += 100;
    expect((await other.ask('token')).status).toBe(200);
  });

  test('a 503 that names a time is not asked again before, by nobody', async () => {
    const [page, other] = [await signInToChat(parley, dana), await signInToChat(parley, sam)];
    await page.ask('token');
    clock += 2000;
    twin.control.faults.set({ kind: 'temporarily_unavailable', retryAfter: 7 }, { times: 1 });
    expect((await page.ask('fresh')).headers.get('retry-after')).toBe('7');
    expect((await other.ask('token')).status).toBe(503);
    expect(mints()).toBe(2);
    clock += 7000;
    expect((await other.ask('token')).status).toBe(200);
  });

  test('a customer may have been made without an answer: the next call says so, and the consumer loses nothing', async () => {
    const page = await signInToChat(parley, dana);
    twin.control.faults.set({ kind: 'lost_answer' }, { times: 1 });
    expect((await page.ask('token')).status).toBe(503);
    expect(lines('did not say whether it made a customer')).toHaveLength(1);
    clock += 1;
    const answer = await page.ask('token');
    expect(answer.status).toBe(200);
    expect(lines('did not come to its end')).toHaveLength(1);
    expect(await linkOf(dana.sub)).toMatchObject({ customer_id: answer.body.entityId });
  });

  test('whoever waits for a creation whose answer gets lost shares its outcome, and makes no second customer', async () => {
    const page = await signInToChat(parley, dana);
    twin.control.faults.set({ kind: 'lost_answer' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => page.ask('token')));
    expect(new Set(answers.map(({ body }) => body.error))).toEqual(new Set(['temporarily_unavailable']));
    expect(twin.control.customers()).toHaveLength(1);

    clock += 1;
    twin.control.faults.clear();
    expect((await page.ask('token')).status).toBe(200);
    expect(twin.control.customers()).toHaveLength(2);
  });

  test('a LiveChat that stays away is not asked by every request', async () => {
    const page = await signInToChat(parley, dana);
    twin.control.faults.set({ kind: 'server_error' });
    const began = performance.now();
    for (let round = 0; round < 12; round += 1) {
      clock += 1;
      expect((await page.ask('token')).status).toBe(503);
    }
    // One more whenever ten seconds have passed.
    const tries = Math.floor((performance.now() - began) / 10_000);
    expect(mints()).toBeLessThan(7 + tries);
    expect(lines('it is asked now and then only')).toHaveLength(1);
  });
});

async function linkOf(accountId: string): Promise<Record<string, unknown> | undefined> {
  const store = parley.server.sites[0]?.store;
  return store?.findLink(linkName, accountId);
}
