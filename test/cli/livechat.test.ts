import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerLinks } from '../../src/cli/links.ts';
import { registerLiveChat } from '../../src/cli/livechat.ts';
import { askRedis } from '../support/ask-redis.ts';
import { describeWith } from '../support/availability.ts';
import { findFreePort } from '../support/free-port.ts';
import { encryptionKey, livechatBrand, signInToChat } from '../support/livechat-site.ts';
import { livechatApp, type RunningLiveChat, startLiveChatTwin } from '../support/livechat-twin.ts';
import { poll } from '../support/poll.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam } from '../support/test-brand.ts';
import { readForm } from '../support/visitor.ts';
import { callCli, type CliCall } from './cli-call.ts';

let twin: RunningLiveChat;
let parley: RunningParley;
let redirectUri: string;
/** PARLEY_STORE; undefined: embedded. */
let store: string | undefined;

beforeAll(async () => {
  redirectUri = `http://127.0.0.1:${await findFreePort()}/connected`;
  twin = await startLiveChatTwin({
    app: { ...livechatApp, redirectUris: [redirectUri, 'https://www.acme.example/chat'] },
  });
});
afterAll(() => twin.stop());
afterEach(() => parley.stop());

async function start(settings: Record<string, unknown>, folder?: string): Promise<void> {
  parley = await startParley({
    brands: [livechatBrand(twin.origin, settings)],
    serverYaml: { audit: { to: 'audit.log' } },
    env: { PARLEY_ENCRYPTION_KEYS: encryptionKey, LOG_LEVEL: 'trace' },
    ...(folder !== undefined && { folder }),
    ...(store !== undefined && { store }),
  });
}

function environment(keys = encryptionKey): Record<string, string> {
  return {
    PARLEY_CONFIG: join(parley.folder, 'config'),
    PARLEY_KEYS: join(parley.folder, 'keys'),
    PARLEY_STORE: store ?? `embedded:${join(parley.folder, 'data')}`,
    PARLEY_ENCRYPTION_KEYS: keys,
    PORT: String(parley.port),
  };
}

const links = (args: readonly string[], keys?: string): Promise<CliCall> =>
  callCli((program, io) => registerLinks(program, { io, checks: brandChecks }), {
    args: ['links', ...args],
    cwd: parley.folder,
    env: environment(keys),
  });

/** `livechat connect` while an administrator does `act` with the address that it prints. */
async function connect(act: (url: string, stdin: PassThrough) => Promise<void>): Promise<CliCall> {
  const stdin = new PassThrough();
  let printed = '';
  const call = callCli(
    (program, io) =>
      registerLiveChat(program, {
        io: { ...io, stdin, stdout: { write: (text) => (printed += text) && io.stdout.write(text) } },
        checks: brandChecks,
      }),
    { args: ['livechat', 'connect', 'livechat'], cwd: parley.folder, env: environment() },
  );
  let isDone = false;
  void call.finally(() => (isDone = true));
  await poll('the address is printed', 30_000, () => printed.includes('code_challenge') || isDone);
  await act(/ {2}(http\S+)/.exec(printed)?.[1] ?? '', stdin);
  return call;
}

/** Where an administrator's browser is sent who presses Allow. */
async function consent(url: string): Promise<string> {
  const page = await fetch(url);
  const { action, fields } = readForm(await page.text());
  const target = new URL(action, page.url);
  const answer = await fetch(target, {
    method: 'POST',
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  return answer.headers.get('location') ?? '';
}

/** What the audit log's lines about commands say. */
const commandsRun = () =>
  readFileSync(join(parley.folder, 'audit.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === 'command.run')
    .map((line) => Object.fromEntries(Object.entries(line).filter(([name]) => !outer.includes(name))));
const outer = ['time', 'event'];

const database = () =>
  ['parley.db', 'parley.db-wal']
    .map((name) => readFileSync(join(parley.folder, 'data', name), 'latin1'))
    .join('');

describe('parley livechat connect', () => {
  test('an administrator consents, and the running server mints with what LiveChat gave; it renews it by itself', async () => {
    await start({ redirect_uri: redirectUri });
    const page = await signInToChat(parley, dana);
    expect((await page.ask('token')).body.error).toBe('server_error');
    expect(JSON.stringify(parley.log)).toContain(
      'no administrator of LiveChat has consented yet: run `parley livechat connect',
    );

    const { code, stdout, stderr } = await connect(async (url) => void (await fetch(await consent(url))));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Connected.');
    expect(commandsRun()).toEqual([{ brand: 'acme', clientId: 'livechat', command: 'livechat connect' }]);
    expect((await page.ask('token')).status).toBe(200);

    twin.control.revokeAgents('access');
    const other = await signInToChat(parley, sam);
    expect((await other.ask('token')).status).toBe(200);

    twin.control.revokeAgents('access_and_refresh');
    await new Promise((resolve) => {
      setTimeout(resolve, 1100);
    });
    const refused = await other.ask('fresh');
    expect([refused.status, refused.body.error]).toEqual([502, 'server_error']);
    expect(JSON.stringify(parley.log)).toContain("does not renew the administrator's consent any more");
    const calls = twin.control.count('agent_token');
    await other.ask('fresh');
    expect(twin.control.count('agent_token')).toBe(calls);
  });

  test('of 20 consumers at once whose agent token is refused, one renews it', async () => {
    await start({ redirect_uri: redirectUri });
    await connect(async (url) => void (await fetch(await consent(url))));
    const pages = await Promise.all([signInToChat(parley, dana), signInToChat(parley, sam)]);
    twin.control.revokeAgents('access');
    const before = twin.control.count('agent_token');
    const answers = await Promise.all(
      pages.flatMap((page) => Array.from({ length: 10 }, () => page.ask('token'))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(twin.control.count('agent_token')).toBe(before + 1);
  });

  test('takes the pasted address where the redirect URI is a page', async () => {
    await start({});
    const { code } = await connect(async (url, stdin) => void stdin.write(`${await consent(url)}\n`));
    expect(code).toBe(0);
    expect((await (await signInToChat(parley, dana)).ask('token')).status).toBe(200);
  });

  test.each([
    ['another address', () => 'https://evil.example/chat?code=x&state=y', 'this is not an address of'],
    [
      "somebody else's answer",
      (url: string) => url.replace(/state=[^&]+/, 'state=other'),
      'not the answer to this request',
    ],
    [
      'a code that LiveChat does not know',
      (url: string) => url.replace(/code=[^&]+/, 'code=other'),
      'invalid_grant',
    ],
  ])('refuses %s, and stores nothing', async (_, change, message) => {
    await start({});
    const { code, stderr } = await connect(
      async (url, stdin) => void stdin.write(`${change(await consent(url))}\n`),
    );
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(commandsRun()).toEqual([]);
    expect((await (await signInToChat(parley, dana)).ask('token')).status).toBe(502);
  });

  test('says what stands in the way', async () => {
    await start({ grant: 'cookie' });
    const { code, stderr } = await connect(async () => {});
    expect([code, stderr]).toEqual([
      1,
      'the client livechat uses grant: cookie, which needs no administrator\n',
    ]);
  });
});

describe('at rest', () => {
  test('there is no agent token, refresh token, customer secret or customer token to read', async () => {
    await start({ redirect_uri: redirectUri });
    await connect(async (url) => void (await fetch(await consent(url))));
    const { body } = await (await signInToChat(parley, dana)).ask('token');
    expect(database()).toContain(body.entityId);
    expect(database()).not.toMatch(/dal:[A-Za-z0-9_-]{10}/);
    expect(body.accessToken).toMatch(/dal:[A-Za-z0-9_-]{10}/);
    expect(JSON.stringify(parley.log)).not.toMatch(/dal:[A-Za-z0-9_-]{10}/);
    await parley.stop({ keepFolder: true });

    await start({ grant: 'cookie' });
    const page = await signInToChat(parley, sam);
    const { entityId } = (await page.ask('token')).body;
    const secret = twin.control.customers().find(({ id }) => id === entityId)?.secret ?? 'none';
    expect(secret).toHaveLength(82);
    expect(database()).not.toContain(secret);
    expect(database()).not.toContain(livechatApp.clientSecret);
  });
});

describeWith('redis-server', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
    store = redis.url;
  });
  afterAll(async () => {
    store = undefined;
    await redis.stop();
  });

  /** What a backup of the Redis holds. */
  const dump = () =>
    askRedis(redis, async (admin) => {
      await admin.config('SET', 'rdbcompression', 'no');
      await admin.save();
      const [, folder = ''] = await admin.config('GET', 'dir');
      return readFileSync(join(folder, 'dump.rdb'), 'latin1');
    });

  test('a dump of Redis holds no agent token, refresh token or customer token to read', async () => {
    await start({ redirect_uri: redirectUri });
    await connect(async (url) => void (await fetch(await consent(url))));
    const { body } = await (await signInToChat(parley, dana)).ask('token');
    expect(body.accessToken).toMatch(/dal:[A-Za-z0-9_-]{10}/);
    const text = await dump();
    expect(text).toContain(body.entityId);
    expect(text).not.toMatch(/dal:[A-Za-z0-9_-]{10}/);
  });
});

describe('parley links', () => {
  test('an export into an empty store keeps every customer, secrets included, and reads nothing in the clear', async () => {
    await start({ grant: 'cookie' });
    const first = (await (await signInToChat(parley, dana)).ask('token')).body;
    const secret = twin.control.customers().find(({ id }) => id === first.entityId)?.secret ?? 'none';
    const plain = await links(['export']);
    expect(JSON.parse(plain.stdout)).toEqual({
      brand: 'acme',
      platform: `livechat/${livechatApp.organizationId}`,
      account: dana.sub,
      customer_id: first.entityId,
      created_at: expect.any(Number),
    });
    const whole = await links(['export', '--secrets']);
    expect(JSON.parse(whole.stdout)).toMatchObject({ secret: expect.any(String) });
    expect(whole.stdout).not.toContain(secret);
    await parley.stop();

    await start({ grant: 'cookie' });
    await writeFile(join(parley.folder, 'links.jsonl'), whole.stdout);
    expect(await links(['import', 'links.jsonl'])).toEqual({
      code: 0,
      stdout: '1 links written, 0 there already\n',
      stderr: '',
    });
    expect((await links(['import', 'links.jsonl'])).stdout).toBe('0 links written, 1 there already\n');
    const again = (await (await signInToChat(parley, dana)).ask('token')).body;
    expect(again.entityId).toBe(first.entityId);
  });

  test('an import never replaces a customer, and refuses what it cannot open or does not know', async () => {
    await start({ grant: 'cookie' });
    const { entityId } = (await (await signInToChat(parley, dana)).ask('token')).body;
    const whole = (await links(['export', '--secrets'])).stdout;
    const record = JSON.parse(whole);
    const importOf = async (text: string, keys?: string) => {
      await writeFile(join(parley.folder, 'links.jsonl'), text);
      return links(['import', 'links.jsonl'], keys);
    };
    const other = `${JSON.stringify({ ...record, customer_id: 'other', secret: undefined })}\n`;
    const conflict = await importOf(other);
    expect([conflict.code, conflict.stderr]).toEqual([
      1,
      'line 1: the consumer has another customer already; nothing was changed\n1 links refused\n',
    ]);
    expect((await links(['show', dana.sub])).stdout).toContain(entityId);

    const moved = `${JSON.stringify({ ...record, account: sam.sub })}\n`;
    expect((await importOf(moved)).stderr).toContain('line 1: no key opens its secret');
    expect((await importOf(whole, 'k'.repeat(40))).stderr).toContain('line 1: no key opens its secret');
    expect((await importOf('{}\n')).stderr).toBe('line 1 is not a link of an export\n');
    const foreign = `${JSON.stringify({ ...record, brand: 'other' })}\n`;
    expect((await importOf(foreign)).stderr).toBe('line 1 belongs to the brand other, not to acme\n');
    expect((await links(['show', sam.sub])).code).toBe(1);
  });

  test('unlink revokes the tokens, removes the link and says what remains', async () => {
    await start({ grant: 'cookie' });
    const page = await signInToChat(parley, dana);
    const { accessToken, entityId } = (await page.ask('token')).body;
    const asked = await links(['unlink', dana.sub]);
    expect([asked.code, asked.stderr]).toEqual([2, 'nothing was changed: add --yes to unlink\n']);
    expect(twin.control.findCustomer(accessToken)).toBeDefined();

    const done = await links(['unlink', dana.sub, '--yes']);
    expect(done.code).toBe(0);
    expect(done.stdout).toContain(`customer ${entityId}`);
    expect(done.stdout).toContain('The platform still has these customers with their chats');
    expect(twin.control.findCustomer(accessToken)).toBeUndefined();
    expect((await links(['show', dana.sub])).stderr).toBe(`the account ${dana.sub} of acme has no link\n`);
    expect((await links(['export'])).stdout).toBe('');
    expect((await page.ask('has')).body).toEqual({ has_token: false });
  });

  test('each that shows or changes links is in the audit log, whose they are by pseudonym', async () => {
    await start({ grant: 'cookie' });
    await (await signInToChat(parley, dana)).ask('token');
    const whole = (await links(['export', '--secrets'])).stdout;
    await links(['export']);
    await links(['show', dana.sub]);
    await links(['unlink', dana.sub]);
    await links(['unlink', dana.sub, '--yes']);
    await writeFile(join(parley.folder, 'links.jsonl'), whole);
    await links(['import', 'links.jsonl']);

    const subject = expect.stringMatching(/^[\w-]{22}$/);
    expect(commandsRun()).toEqual([
      { brand: 'acme', command: 'links export --secrets' },
      { brand: 'acme', command: 'links export' },
      { brand: 'acme', subject, command: 'links show' },
      // Without --yes it only shows what it would remove.
      { brand: 'acme', subject, command: 'links show' },
      { brand: 'acme', subject, command: 'links unlink' },
      { brand: 'acme', command: 'links import' },
    ]);
    const [, , shown, , unlinked] = commandsRun();
    expect(shown?.['subject']).toBe(unlinked?.['subject']);
    expect(readFileSync(join(parley.folder, 'audit.log'), 'utf8')).not.toContain(dana.sub);
  });

  test('a link that was repaired is used at once', async () => {
    await start({ grant: 'cookie' });
    const page = await signInToChat(parley, dana);
    const { entityId } = (await page.ask('token')).body;
    const good = (await links(['export', '--secrets'])).stdout;
    const customer = twin.control.customers().find(({ id }) => id === entityId);
    const secret = customer?.secret ?? '';
    twin.control.staleSecret(entityId);
    await page.ask('invalidate');
    expect((await page.ask('token')).status).toBe(502);
    if (customer) customer.secret = secret;
    await writeFile(join(parley.folder, 'links.jsonl'), good);
    expect((await links(['import', 'links.jsonl'])).code).toBe(0);
    expect((await page.ask('token')).body.entityId).toBe(entityId);
  });
});
