import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { registerStore } from '../../src/cli/store.ts';
import { type CliCall, callCli } from '../cli/cli-call.ts';
import { atEnd } from '../support/at-end.ts';
import { describeWith } from '../support/availability.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { startRedis } from '../support/redis-server.ts';
import { authorizationUrl, authorizeSilently, exchange, signIn } from '../support/relying-party.ts';
import { patient, type RunningParley, startParley } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

describeWith('redis-server', () => {
  const started = atEnd();

  function callStore(folder: string, store: string, ...args: string[]): Promise<CliCall> {
    return callCli((program, io) => registerStore(program, { io, checks: brandChecks }), {
      args: ['store', ...args],
      cwd: folder,
      env: { PARLEY_STORE: store, PARLEY_KEYS: join(folder, 'keys') },
    });
  }

  async function silentCode(parley: RunningParley, visitor: Visitor): Promise<string> {
    const answer = await authorizeSilently(visitor.clone(), authorizationUrl(webClient(parley)));
    return answer.get('code') ?? `no code: ${answer.get('error')}`;
  }

  test('a signed-in browser stays signed in from embedded to Redis, to a Cluster and back', async () => {
    const redis = started(await startRedis());
    const cluster = started(await startCluster());
    // The command line reads it, too.
    let parley = await startParley({ serverYaml: patient });
    const { folder, port } = parley;
    const embedded = `embedded:${join(folder, 'data')}`;
    const visitor = new Visitor();
    await signIn(visitor, authorizationUrl(webClient(parley)), dana);
    const spent = await silentCode(parley, visitor);
    expect((await exchange(webClient(parley), spent)).status).toBe(200);
    await parley.server.sites[0]?.store.putLink('livechat', dana.sub, { customer: 'x' });

    let from = embedded;
    for (const [index, to] of [redis.url, cluster.url, `embedded:${join(folder, 'data-again')}`].entries()) {
      const unused = await silentCode(parley, visitor);
      await parley.stop({ keepFolder: true });
      const file = join(folder, `backup-${index}`);
      expect(await callStore(folder, from, 'export', file)).toMatchObject({ code: 0, stderr: '' });
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(await callStore(folder, to, 'import', file)).toMatchObject({ code: 0, stderr: '' });

      parley = await startParley({ folder, port, store: to });
      expect(await silentCode(parley, visitor)).not.toMatch(/^no code/);
      expect((await exchange(webClient(parley), unused)).status).toBe(200);
      expect((await exchange(webClient(parley), spent)).body.error).toBe('invalid_grant');
      expect(await parley.server.sites[0]?.store.findLink('livechat', dana.sub)).toEqual({ customer: 'x' });

      const again = await callStore(folder, to, 'import', file);
      expect(again).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/not empty; nothing was imported\. --into-full/),
      });
      from = to;
    }
    await parley.stop();
  });

  test('what is no whole file of this release is refused in a sentence', async () => {
    const parley = started(await startParley());
    const { folder } = parley;
    const source = `embedded:${join(folder, 'data')}`;
    await signIn(new Visitor(), authorizationUrl(webClient(parley)), dana);
    const file = join(folder, 'backup');
    await callStore(folder, source, 'export', file);
    expect(await callStore(folder, source, 'export', file)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/there already/),
    });
    expect(await callStore(folder, source, 'import', join(folder, 'elsewhere'))).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no such file or folder.\n',
    });
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const mistakes: [string[], RegExp][] = [
      [lines.slice(0, -1), /cut short: \d+ of its items/],
      [lines.toSpliced(1, 1), /cut short: \d+ of \d+ items/],
      [lines.with(0, '{"parley":"store","version":99}'), /version 99; this release reads 1/],
      [lines.slice(1), /not a file that `parley store export` wrote/],
      [lines.with(2, '{"kind":"secret-thing","brand":"acme"}'), /Line 3 is no item/],
      [lines.with(2, 'secret'), /Line 3 is not JSON: damaged, or cut short; 0 items were imported/],
    ];
    for (const [index, [content, reason]] of mistakes.entries()) {
      const wrong = join(folder, `wrong-${index}`);
      await writeFile(wrong, content.join('\n'));
      const call = await callStore(folder, `embedded:${join(folder, `empty-${index}`)}`, 'import', wrong);
      expect(call).toMatchObject({ code: 1, stderr: expect.stringMatching(reason) });
      expect(call.stderr).not.toMatch(/secret/);
    }
  });
});
