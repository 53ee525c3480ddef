import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { root } from '../support/documentation.ts';
import { callCli } from './cli-call.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('parley --version', () => {
  test.each(['--version', '-V'])('%s prints the version of the package, and nothing else', async (option) => {
    const call = await callCli(() => undefined, { args: [option], cwd: root });
    expect(call).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});
