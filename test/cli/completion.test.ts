import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';

const run = promisify(execFile);
const main = join(root, 'src/cli/main.ts');
const node = [process.execPath, '--disable-warning=ExperimentalWarning', main] as const;

const library = '/usr/share/bash-completion/bash_completion';
const isThere = existsSync(library) || process.env['CI'] === 'true';

/** What a shell offers after Tab, by the script that `parley completion` prints. */
(isThere ? describe : describe.skip)('with bash-completion', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-completion-'));
    await writeFile(join(folder, 'parley'), `#!/bin/sh\nexec ${node.join(' ')} "$@"\n`);
    await chmod(join(folder, 'parley'), 0o755);
    const { stdout } = await run(node[0], [...node.slice(1), 'completion', 'bash']);
    await writeFile(join(folder, 'parley.bash'), stdout);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** In a real bash, as its readline would call the function that the script registers. */
  async function complete(...words: string[]): Promise<string[]> {
    const program = [
      `source ${library}`,
      `source ${join(folder, 'parley.bash')}`,
      'words=("$@")',
      'COMP_WORDS=(parley "${words[@]}") COMP_CWORD=${#words[@]} COMP_LINE="parley ${words[*]}"',
      'COMP_POINT=${#COMP_LINE}',
      // Outside of readline there is nothing to set options of.
      'compopt() { :; }',
      `$(complete -p parley | sed 's/.*-F \\([^ ]*\\).*/\\1/') parley`,
      'printf "%s\\n" "${COMPREPLY[@]}"',
    ].join('\n');
    const { stdout } = await run('bash', ['--norc', '-c', program, 'bash', ...words], {
      env: { PATH: `${folder}:${process.env['PATH']}` },
    });
    return stdout.split('\n').filter((line) => line !== '');
  }

  describe('in bash', () => {
    test('commands of a group are completed', async () => {
      expect(await complete('sessions', 'e')).toEqual(['end']);
    });

    test('so are the words that an option takes', async () => {
      expect(await complete('check', 'liveperson', '--flow', 'p')).toEqual(['pkce']);
    });
  });

  test.each(['zsh', 'fish'])('there is a script for %s, which asks parley itself', async (shell) => {
    const { stdout } = await run(node[0], [...node.slice(1), 'completion', shell]);
    expect(stdout).toContain('parley complete');
  });
});
