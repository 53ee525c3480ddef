import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerAudit } from '../../src/cli/audit.ts';
import { callCli } from '../cli/cli-call.ts';
import { codeAt, wrongCodeAt } from '../support/one-time-code.ts';
import {
  authorizationUrl,
  authorizeSilently,
  exchange,
  postAsClient,
  refresh,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, secrets, testBrand, tia } from '../support/test-brand.ts';
import { readForm, Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { withoutIds } from '../support/without-ids.ts';

type Line = Record<string, unknown> & { event: string };

/** Each flow once, on a Parley whose audit log is a chained file. */
describe('the audit log of a day', () => {
  let parley: RunningParley;
  let lines: Line[];
  const secretsSeen: string[] = [];

  beforeAll(async () => {
    parley = await startParley({
      serverYaml: { audit: { to: 'audit.log', chain: true } },
      brands: [testBrand({ login: [{ password: { totp: { secret: 'account.codes' } } }] })],
    });
    await live();
    await parley.stop({ keepFolder: true });
    const text = await readFile(join(parley.folder, 'audit.log'), 'utf8');
    lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  });
  afterAll(() => rm(parley.folder, { recursive: true, force: true }));

  async function live(): Promise<void> {
    const web = webClient(parley);
    const visitor = new Visitor();
    await signIn(visitor, authorizationUrl(web), { login: dana.login, password: 'not-her-password' });
    await signIn(visitor, authorizationUrl(web), dana);
    const code = async () => (await authorizeSilently(visitor, authorizationUrl(web))).get('code') ?? '';
    const first = await code();
    const tokens = (await exchange(web, first)).body;
    const refreshed = (await refresh(web, tokens.refresh_token)).body;
    await exchange(web, first);
    const second = (await exchange(web, await code())).body;
    await postAsClient(web, '/token/revocation', { token: second.refresh_token });
    await exchange({ ...web, secret: 'not-the-secret-of-the-client' }, 'x');
    await exchange(web, 'no-such-code');
    secretsSeen.push(first, tokens.access_token, tokens.id_token, tokens.refresh_token);
    secretsSeen.push(refreshed.access_token, 'not-her-password', 'not-the-secret-of-the-client');
    await consent();
    await secondFactor();
    const page = await visitor.get(`${parley.issuer}/session/end`);
    const { action, fields } = readForm(await page.text());
    const out = await visitor.post(action, { xsrf: fields['xsrf'] ?? '', logout: 'yes' });
    expect([action, out.status]).toEqual([expect.stringContaining('confirm'), 303]);
    await parley.reload();
  }

  async function consent(): Promise<void> {
    const redirectUri = 'https://stranger.example/callback';
    const stranger = { ...webClient(parley), clientId: 'stranger', secret: secrets.stranger, redirectUri };
    for (const decision of ['deny', 'allow']) {
      const visitor = new Visitor();
      const asked = await signIn(visitor, authorizationUrl(stranger, { scope: 'openid email' }), sam);
      const { action, fields } = readForm(await (await visitor.get(asked)).text());
      const answer = await visitor.post(new URL(action, asked), { csrf: fields['csrf'] ?? '', decision });
      await visitor.follow(answer, parley.issuer);
    }
  }

  async function secondFactor(): Promise<void> {
    const visitor = new Visitor();
    const asked = await signIn(visitor, authorizationUrl(webClient(parley)), tia);
    const { action, fields } = readForm(await (await visitor.get(asked)).text());
    for (const codeOf of [wrongCodeAt, codeAt]) {
      const form = { csrf: fields['csrf'] ?? '', code: codeOf(Date.now()) };
      await visitor.follow(await visitor.post(new URL(action, asked), form), parley.issuer);
    }
    secretsSeen.push(tia.codes);
  }

  const find = (event: string, facts: object) =>
    expect(lines).toContainEqual(expect.objectContaining({ event, ...facts }));

  test.each([
    ['sign_in.failed', { clientId: 'web', way: 'password', reason: 'account_refused' }],
    ['sign_in.succeeded', { clientId: 'web', way: 'password', amr: ['pwd'] }],
    ['authorization.granted', { clientId: 'web', response_type: 'code', scope: 'openid' }],
    ['token.issued', { clientId: 'web', grant_type: 'authorization_code', scope: 'openid' }],
    ['token.refreshed', { clientId: 'web', scope: 'openid' }],
    ['replay.refused', { clientId: 'web', kind: 'authorization_code' }],
    ['grant.revoked', { clientId: 'web' }],
    ['token.revoked', { clientId: 'web', kind: 'refresh_token' }],
    ['client.refused', { clientId: 'web', endpoint: '/token', reason: 'invalid secret provided' }],
    ['token.refused', { clientId: 'web', error: 'invalid_grant' }],
    ['consent.refused', { clientId: 'stranger', prompt: 'consent' }],
    ['consent.granted', { clientId: 'stranger', scopes: expect.arrayContaining(['email']) }],
    ['second_factor.failed', { clientId: 'web', reason: 'code_refused' }],
    ['second_factor.passed', { clientId: 'web' }],
    ['sign_in.succeeded', { clientId: 'web', way: 'password', amr: ['pwd', 'otp', 'mfa'] }],
    ['session.ended', {}],
  ])('has %s %j, with support id, address and time', (event, facts) => {
    find(event, {
      brand: 'acme',
      address: expect.stringMatching(/^(?:127\.0\.0\.1|::1)$/),
      supportId: expect.stringMatching(/^[2-9A-Z]{10}$/),
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      ...facts,
    });
  });

  test.each([['audit.opened'], ['key.loaded'], ['config.loaded'], ['config.changed'], ['audit.closed']])(
    'has %s',
    (event) => find(event, {}),
  );

  test('names one consumer by one pseudonym, and another by another', () => {
    const subjects = (event: string, clientId: string) =>
      new Set(
        lines
          .filter((line) => line.event === event && line['clientId'] === clientId)
          .map((line) => line['subject']),
      );
    const [hers] = subjects('token.issued', 'web');
    const [his] = subjects('consent.granted', 'stranger');
    expect(hers).toMatch(/^[\w-]{22}$/);
    expect(subjects('token.refreshed', 'web')).toEqual(new Set([hers]));
    expect(his).toMatch(/^[\w-]{22}$/);
    expect(his).not.toBe(hers);
  });

  test('has no account, no name, no claim and no secret', () => {
    const text = JSON.stringify(lines.map((line) => ({ ...line, chain: '' })));
    for (const word of [dana.sub, sam.sub, ...secretsSeen]) expect(text).not.toContain(word);
    for (const word of ['dana', 'Reyes', 'example.com', '4711']) expect(withoutIds(text)).not.toContain(word);
  });

  describe('`parley audit`', () => {
    const call = (args: string[], stdin = '') =>
      callCli(
        (program, io) =>
          registerAudit(program, { io: { ...io, stdin: Readable.from([stdin]) }, checks: brandChecks }),
        {
          args: ['audit', ...args],
          cwd: parley.folder,
          env: {
            PARLEY_CONFIG: join(parley.folder, 'config'),
            PARLEY_KEYS: join(parley.folder, 'keys'),
            PORT: String(parley.port),
          },
        },
      );
    const eventsOf = async (...args: string[]) =>
      (JSON.parse((await call(['show', '--json', ...args])).stdout) as { events: Line[] }).events;

    test('show finds what one support id, account, login, client or event is about', async () => {
      const failed = lines.find(({ event }) => event === 'sign_in.failed');
      const bySupport = await eventsOf('--support-id', String(failed?.['supportId']));
      expect(bySupport).toEqual([failed]);
      expect(await eventsOf('--login', ' Dana')).toEqual([failed]);
      const hers = await eventsOf('--account', dana.sub);
      expect(new Set(hers.map(({ event }) => event))).toContain('token.refreshed');
      expect(new Set(hers.map((line) => line['subject'])).size).toBe(1);
      expect(await eventsOf('--client', 'stranger', '--event', 'consent.granted')).toHaveLength(1);
      expect(await eventsOf('--account', 'nobody')).toEqual([]);
    });

    test('show prints a line for people, and reads the log of a process from standard input', async () => {
      const line = {
        level: 'info',
        stream: 'audit',
        time: '2026-11-26T08:00:00.000Z',
        event: 'limit.reached',
      };
      const other = { level: 'info', time: line.time, event: 'grant.error', msg: 'request refused' };
      const log = `${JSON.stringify({ ...line, limit: 'account' })}\nnot json\n${JSON.stringify(other)}\n`;
      expect((await call(['show', '-'], log)).stdout).toBe(
        '2026-11-26 08:00:00  limit.reached           limit=account\n',
      );
    });

    test('verify finds everything in its place', async () => {
      const { code, stdout } = await call(['verify', '--json']);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ lines: lines.length, chains: 1, open: 0, faults: [] });
    });

    test.each([
      ['a word that was changed', (all: string[]) => all.with(4, all[4]?.replace('acme', 'acma') ?? ''), 5],
      ['a line that was taken out', (all: string[]) => all.toSpliced(4, 1), 5],
      [
        'two lines that changed places',
        (all: string[]) => all.with(4, all[5] ?? '').with(5, all[4] ?? ''),
        5,
      ],
      ['a line that was copied', (all: string[]) => all.toSpliced(4, 0, all[4] ?? ''), 6],
      ['a line that no process wrote', (all: string[]) => all.toSpliced(4, 0, '{"event":"x"}'), 5],
      ['a beginning that was cut off', (all: string[]) => all.slice(2), 1],
    ])('verify sees %s', async (_, change, line) => {
      const all = (await readFile(join(parley.folder, 'audit.log'), 'utf8')).trim().split('\n');
      await writeFile(join(parley.folder, 'changed.log'), `${change(all).join('\n')}\n`);
      const { code, stdout, stderr } = await call(['verify', '--json', 'changed.log']);
      expect([code, stderr]).toEqual([1, 'the audit log is not as it was written\n']);
      expect(JSON.parse(stdout).faults[0].line).toBe(line);
    });

    test('verify sees an end that was cut off as a chain without one', async () => {
      const all = (await readFile(join(parley.folder, 'audit.log'), 'utf8')).trim().split('\n');
      await writeFile(join(parley.folder, 'changed.log'), `${all.slice(0, -3).join('\n')}\n`);
      const { code, stdout } = await call(['verify', 'changed.log']);
      expect([code, stdout]).toEqual([
        0,
        `${all.length - 3} lines in 1 chains, 1 of them without an end, 0 faults\n`,
      ]);
    });

    test('says what is missing', async () => {
      expect(await call(['verify', 'nothing.log'])).toMatchObject({ code: 1, stdout: '' });
    });
  });
});
