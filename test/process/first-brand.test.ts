import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';
import { poll } from '../support/poll.ts';
import { type ParleyProcess, spawnParley } from '../support/spawn-parley.ts';

/** What README.md has a newcomer type for a brand that has no name yet, while the demo runs. */
describe('the first brand of one’s own', () => {
  let folder: string;
  let parley: ParleyProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-first-brand-'));
    await cp(join(root, 'config'), join(folder, 'config'), { recursive: true });
    parley = await spawnParley({ folder, cwd: folder });
  });
  afterAll(async () => {
    await parley.stop();
    await rm(folder, { recursive: true });
  });

  /** @returns what it printed; rejects when it fails */
  async function type(command: string, input: string): Promise<string> {
    const args = command.replaceAll(':3000', `:${parley.port}`).split(/ +/).slice(2);
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, 'src/cli/main.ts'), ...args],
      { cwd: folder, env: { PATH: process.env['PATH'], PORT: String(parley.port) } },
    );
    child.stdin.end(input);
    const ended = new Promise((resolve) => child.once('close', resolve));
    const [printed, refusal, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code !== 0) throw new Error(`${command}: ${printed}${refusal}`);
    return printed;
  }

  test('is made, served by the demo’s process and plays LivePerson, with the commands of README.md', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const [init = '', hash = '', check = ''] = [...readme.matchAll(/^npx parley .*$/gm)]
      .map(([line]) => line)
      .filter((line) => line.includes('trial') || line.endsWith('accounts hash'));
    await type(init, '');
    const accounts = join(folder, 'config/accounts/trial.yaml');
    const line = `password_hash: "${(await type(hash, 'a new password')).trim()}"`;
    await writeFile(accounts, (await readFile(accounts, 'utf8')).replace('# password_hash: "…"', line));

    const issuer = `http://127.0.0.1:${parley.port}`;
    await poll('the brand is served', 30_000, async () => (await fetch(`${issuer}/jwks`)).ok);
    // A changed accounts file counts within a second.
    let printed = '';
    await poll('LivePerson is content', 30_000, async () => {
      printed = await type(check, 'a new password').catch(String);
      return /^\d+ ok$/m.test(printed);
    });
    expect(printed).toContain(`LivePerson against ${issuer}`);
  }, 90_000);
});
