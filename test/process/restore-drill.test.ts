import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';
import {
  authorizationUrl,
  authorizeSilently,
  claimsOf,
  exchange,
  refresh,
  signIn,
} from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** The drill of docs/operations.md, word for word, as an operator's shell runs it. */

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const [, drill = ''] = /The drill, which a test performs[\s\S]*?```sh\n([\s\S]*?)```/.exec(page) ?? [];

/** `npx parley` of an installed Parley. */
function installParley(folder: string): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const main = join(root, 'src/cli/main.ts');
  const node = `${process.execPath} --disable-warning=ExperimentalWarning ${main}`;
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec ${node} "$@"\n`);
  chmodSync(join(bin, 'npx'), 0o755);
  return bin;
}

async function keyIds(parley: RunningParley): Promise<string[]> {
  const { keys } = (await (await fetch(`${parley.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
}

test('backup, wipe, restore: sessions, grants, refresh tokens, links and keys are back', async () => {
  let parley = await startParley();
  const { folder, port } = parley;
  const web = webClient(parley);
  const visitor = new Visitor();
  const landed = await signIn(visitor, authorizationUrl(web, { scope: 'openid account' }), dana);
  const { body: tokens } = await exchange(web, landed.searchParams.get('code') ?? '');
  await parley.server.sites[0]?.store.putLink('livechat', dana.sub, { customer: 'x' });
  const keys = await keyIds(parley);
  await parley.stop({ keepFolder: true });

  expect(drill).toContain('rm -r data keys');
  const output = execFileSync('sh', ['-e', '-c', drill], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${installParley(folder)}:${process.env['PATH']}`, PORT: String(port) },
  });
  expect(output).toMatch(/ password .* web /);

  parley = await startParley({ folder, port });
  try {
    expect(await keyIds(parley)).toEqual(keys);
    expect((await authorizeSilently(visitor, authorizationUrl(web))).get('code')).toBeTruthy();
    const renewed = await refresh(web, tokens.refresh_token);
    expect([renewed.status, claimsOf(renewed.body.id_token)['sub']]).toEqual([200, dana.sub]);
    expect(await parley.server.sites[0]?.store.findLink('livechat', dana.sub)).toEqual({ customer: 'x' });
  } finally {
    await parley.stop();
  }
});
