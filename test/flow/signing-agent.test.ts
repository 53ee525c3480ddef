import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jwtVerify } from 'jose';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerKeys } from '../../src/cli/keys.ts';
import { callCli } from '../cli/cli-call.ts';
import { describeWith } from '../support/availability.ts';
import { findFreePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { publishedKeys } from '../support/published-keys.ts';
import { authorizationUrl, authorizeSilently, exchange, refresh, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley, writeConfig } from '../support/start-parley.ts';
import { dana, testBrand, testClients } from '../support/test-brand.ts';
import { startTokenAgent, type TokenAgent } from '../support/token-agent.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** A brand whose private keys are in a PKCS#11 token: no file of Parley's has them. */
describeWith('softhsm2-util', () => {
  let agent: TokenAgent;
  let parley: RunningParley;
  let folder: string;
  let visitor: Visitor;
  const elliptic = { ...testClients()[2], id: 'elliptic', id_token_alg: 'ES256' };

  beforeAll(async () => {
    agent = await startTokenAgent();
    await agent.makeKey('first-rsa', 'rsa:2048');
    await agent.makeKey('first-ec', 'EC:prime256v1');
    await agent.makeKey('second-rsa', 'rsa:2048');
    await agent.restart();
    folder = await mkdtemp(join(tmpdir(), 'parley-agent-'));
    const port = await findFreePort();
    const brands = [testBrand({ clients: [...testClients(), elliptic], keys: { agent: agent.socket } })];
    await writeConfig(folder, port, { brands });
    await expect(startParley({ folder, port, brands })).rejects.toThrow(
      'npx parley keys create acme --agent',
    );
    expect(await keys('create', 'acme', '--agent', 'first-rsa', 'first-ec')).toMatchObject({
      code: 0,
      stderr: '',
    });
    parley = await startParley({ folder, port, brands });
    visitor = new Visitor();
    await signIn(visitor, authorizationUrl(webClient(parley)), dana);
  });
  afterAll(async () => {
    await parley?.stop();
    await agent?.stop();
  });

  const keys = (...args: string[]) =>
    callCli((program, io) => registerKeys(program, { io, checks: brandChecks, now: Date.now }), {
      args: ['keys', ...args],
      cwd: folder,
    });
  const codeOf = async (clientId = 'web') =>
    (await authorizeSilently(visitor, authorizationUrl({ ...webClient(parley), clientId }))).get('code') ??
    '';
  const verify = (idToken: string) => jwtVerify(idToken, publishedKeys(parley.issuer));

  describe('tokens of a brand with an agent', () => {
    test.each([
      ['web', 'RS256'],
      ['elliptic', 'ES256'],
    ])('for %s are signed by it with %s and verify with the key set', async (clientId, alg) => {
      const { status, body } = await exchange({ ...webClient(parley), clientId }, await codeOf(clientId));
      expect(status).toBe(200);
      expect((await verify(body.id_token)).protectedHeader.alg).toBe(alg);
    });

    test('are signed with nothing that lies in a file', async () => {
      const text = await readFile(join(folder, 'keys/acme/signing.json'), 'utf8');
      expect(text).toContain('"agent": true');
      expect(text).not.toMatch(/"(?:d|p|q|dp|dq|qi)":/);
    });
  });

  describe('an agent that is away', () => {
    test('is told as 503, uses nothing up, and the log has the reason', async () => {
      const { body } = await exchange(webClient(parley), await codeOf());
      const code = await codeOf();
      await agent.kill();
      const { signer } = parley.server.sites[0]!.keys;
      await poll('the end of the agent is noticed', 20_000, () =>
        signer!.check().then(
          () => false,
          () => true,
        ),
      );
      for (const answer of [
        await exchange(webClient(parley), code),
        await refresh(webClient(parley), body.refresh_token),
      ]) {
        expect(answer.status).toBe(503);
        expect(answer.body.error).toBe('temporarily_unavailable');
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(JSON.stringify(answer.body)).not.toContain(agent.socket);
      }
      expect(parley.log).toContainEqual(
        expect.objectContaining({
          level: 'error',
          error: 'signing_unavailable',
          detail: expect.stringContaining(`the signing agent at ${agent.socket}`),
        }),
      );
      expect((await fetch(`${parley.issuer}/jwks`)).status).toBe(200);
      await agent.restart();
      let status = 503;
      await poll('the agent signs again', 20_000, async () => {
        ({ status } = await exchange(webClient(parley), code));
        return status !== 503;
      });
      expect(status).toBe(200);
      expect((await refresh(webClient(parley), body.refresh_token)).status).toBe(200);
    });
  });

  describe('keys of an agent', () => {
    test('are rotated like others, and none is made in a file', async () => {
      expect(await keys('rotate', '--alg', 'RS256')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('parley keys generate --agent'),
      });
      expect(await keys('generate', '--agent', 'nobody')).toMatchObject({ code: 1 });
      // Before the rotation: the server looks at its keys by itself, too.
      const before = (await exchange(webClient(parley), await codeOf())).body.id_token;
      expect(await keys('rotate', '--agent', 'second-rsa', '--force')).toMatchObject({ code: 0, stderr: '' });
      await parley.server.lookAtKeys();
      const after = (await exchange(webClient(parley), await codeOf())).body.id_token;
      const kids = [await verify(before), await verify(after)].map(
        ({ protectedHeader }) => protectedHeader.kid,
      );
      expect(new Set(kids).size).toBe(2);
      expect(await readFile(join(folder, 'keys/acme/signing.json'), 'utf8')).not.toContain('"d":');
    });
  });
});
