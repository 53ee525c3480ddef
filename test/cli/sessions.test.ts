import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerSessions } from '../../src/cli/sessions.ts';
import { onEachStore } from '../support/on-each-store.ts';
import {
  authorizationUrl,
  authorizeSilently,
  exchange,
  refresh,
  signIn,
  userinfoStatus,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, sam, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';
import { type CliCall, callCli } from './cli-call.ts';

/** The operator works beside the running server, on the same store. */

onEachStore((store) => {
  let parley: RunningParley;
  const env = () => ({
    PARLEY_KEYS: `${parley.folder}/keys`,
    PARLEY_STORE: store() ?? `embedded:${parley.folder}/data`,
    PORT: String(parley.port),
  });
  const call = (...args: string[]): Promise<CliCall> =>
    callCli((program, io) => registerSessions(program, { io, checks: brandChecks }), {
      args: ['sessions', ...args],
      cwd: parley.folder,
      env: env(),
    });

  beforeAll(async () => {
    const chosen = store();
    parley = await startParley({ brands: [testBrand()], ...(chosen !== undefined && { store: chosen }) });
  });
  afterAll(async () => {
    await parley.stop();
  });

  async function signedIn(consumer: typeof dana) {
    const web = webClient(parley);
    const visitor = new Visitor();
    const landed = await signIn(visitor, authorizationUrl(web, { scope: 'openid account' }), consumer);
    const { body } = await exchange(web, landed.searchParams.get('code') ?? '');
    return { visitor, tokens: body, web };
  }

  describe('parley sessions', () => {
    test('shows each device of a consumer, and no cookie', async () => {
      const [phone] = [await signedIn(dana), await signedIn(dana), await signedIn(sam)];
      const { code, stdout } = await call('show', dana.sub, '--json');
      expect(code).toBe(0);
      const { sessions, ...head } = JSON.parse(stdout);
      expect(head).toEqual({ brand: 'acme', account: dana.sub });
      expect(sessions).toHaveLength(2);
      expect(sessions[0]).toEqual({
        uid: expect.any(String),
        began_at: expect.stringMatching(/^20\d\d-.*Z$/),
        ends_at: expect.stringMatching(/^20\d\d-.*Z$/),
        way: 'password',
        clients: ['web'],
      });
      const cookie = phone.visitor.cookies.get('parley_acme_session')?.value ?? '';
      expect(cookie).not.toBe('');
      expect(stdout).not.toContain(cookie);
      expect((await call('show', dana.sub)).stdout.split('\n')).toHaveLength(3);
    });

    test('ends them for the running server: no silent sign-in, no refresh, no userinfo', async () => {
      const [gone, stays] = [await signedIn(dana), await signedIn(sam)];
      const { code, stdout } = await call('end', dana.sub, '--yes', '--json');
      expect([code, JSON.parse(stdout)]).toEqual([
        0,
        { brand: 'acme', account: dana.sub, ended_sessions: expect.any(Number) },
      ]);
      expect(JSON.parse(stdout).ended_sessions).toBeGreaterThan(0);
      const { visitor, tokens, web } = gone;
      expect((await authorizeSilently(visitor, authorizationUrl(web))).get('error')).toBe('login_required');
      expect((await refresh(web, tokens.refresh_token)).body.error).toBe('invalid_grant');
      expect(await userinfoStatus(web, tokens.access_token)).toBe(401);
      expect((await authorizeSilently(stays.visitor, authorizationUrl(web))).get('code')).toBeTruthy();
      expect((await call('show', dana.sub)).stdout).toBe(
        `the account ${dana.sub} of acme is signed in nowhere (an account's id is asked for here, not its login)\n`,
      );
    });

    test('tells whoever typed a login why nothing ended', async () => {
      const { visitor, web } = await signedIn(sam);
      const { stdout } = await call('end', sam.login, '--yes');
      expect(stdout).toMatch(
        /^0 sessions ended; .*\n\(an account's id is asked for here, not its login\)\n$/,
      );
      expect((await authorizeSilently(visitor, authorizationUrl(web))).get('code')).toBeTruthy();
    });

    test('ends nothing without --yes', async () => {
      const { visitor, web } = await signedIn(sam);
      const { code, stderr } = await call('end', sam.sub);
      expect([code, stderr]).toEqual([2, `nothing was changed: add --yes to sign ${sam.sub} of acme out\n`]);
      expect((await authorizeSilently(visitor, authorizationUrl(web))).get('code')).toBeTruthy();
    });
  });
});
