import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const files = [
  'parley.js',
  'parley.mjs',
  'parley.d.ts',
  'parley-livechat.js',
  'parley-livechat.mjs',
  'parley-livechat.d.ts',
];
const node = (...args: string[]) => run(process.execPath, args, { cwd: root });

/** The folder browser/, which npm delivers and every issuer serves. */
describe('the package parley-browser', () => {
  test('is what its sources give', async () => {
    // esbuild wants a realm of its own; a process has one.
    const { stdout } = await node(
      '--input-type=module',
      '--eval',
      `import { buildBrowser } from './scripts/browser-package.ts';
       process.stdout.write(JSON.stringify(await buildBrowser()));`,
    );
    const built: Record<string, string> = JSON.parse(stdout);
    expect(Object.keys(built)).toEqual(files);
    for (const [name, text] of Object.entries(built)) {
      expect(await readFile(join(root, 'browser', name), 'utf8')).toBe(text);
    }
  });

  test('weighs less than 3 kB', async () => {
    const { stdout } = await node('scripts/check-browser-size.ts');
    const line = '\\d+ bytes, [12]\\d{3} gzip \\(limit 3000\\), [12]\\d{3} brotli\\n';
    expect(stdout).toMatch(new RegExp(`^parley\\.js: ${line}parley-livechat\\.js: ${line}$`));
  });

  test('carries only what its manifest names, and no dependency', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'browser/package.json'), 'utf8'));
    expect(manifest.files).toEqual(files);
    expect(Object.keys(manifest)).not.toContain('dependencies');
    for (const name of files.filter((each) => !each.endsWith('.d.ts'))) {
      const text = await readFile(join(root, 'browser', name), 'utf8');
      expect(text).not.toMatch(/\beval\b|new Function|innerHTML|document\.write|sourceMappingURL|\?\.|\?\?/);
    }
  });
});

describe('its types', () => {
  let project: string;
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'parley-types-'));
    await mkdir(join(project, 'node_modules'));
    await symlink(join(root, 'browser'), join(project, 'node_modules/parley-browser'));
    await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  });
  afterAll(() => rm(project, { recursive: true, force: true }));

  /** What a strict compiler says of a page's code. */
  async function compile(code: string, module: 'nodenext' | 'bundler'): Promise<string> {
    await writeFile(join(project, 'page.ts'), code);
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'es2018',
      lib: ['es2018', 'dom'],
      types: [],
      ...(module === 'nodenext' ? { module } : { module: 'esnext', moduleResolution: module }),
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }));
    return node(join(root, 'node_modules/typescript/bin/tsc'), '-p', project).then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
  }

  test.each(['nodenext', 'bundler'] as const)('compile in a strict project (%s)', async (module) => {
    const page = `
      import { createParley, type Parley, type ParleyIdentity } from 'parley-browser';
      const parley: Parley = createParley({ issuer: 'https://id.acme.example', client: 'liveperson', flow: 'id_token' });
      export async function signIn(): Promise<string | undefined> {
        const who: ParleyIdentity | null = await parley.signIn('popup');
        return who?.sub;
      }
      const stop: () => void = parley.on('sign-in-required', (event) => event.preventDefault());
      window.addEventListener('parley:identity', ({ detail }) => console.log(detail?.iss));
      window.Parley.signOut().then(stop);
    `;
    expect(await compile(page, module)).toBe('');
  });

  test.each(['nodenext', 'bundler'] as const)(
    'compile beside LiveChat in a strict project (%s)',
    async (module) => {
      const page = `
      import { createLiveChat, type LiveChatToken, type ParleyLiveChat } from 'parley-browser/livechat';
      const parley: ParleyLiveChat = createLiveChat({ issuer: 'https://id.acme.example', client: 'livechat' });
      const { getToken, getFreshToken, hasToken, invalidate } = parley.customIdentityProvider();
      export const token: Promise<LiveChatToken> = hasToken().then((has) => (has ? getToken() : getFreshToken()));
      export const gone: Promise<void> = invalidate();
      parley.on('identity', ({ detail }) => console.log(detail?.sub));
      window.Parley.signOut();
    `;
      expect(await compile(page, module)).toBe('');
    },
  );

  test('refuse what the script would not understand', async () => {
    const said = await compile(
      `import { createParley } from 'parley-browser';
       createParley({ issuer: 'https://id.acme.example' });
       createParley({ issuer: '', client: '', flow: 'implicit' });
       createParley({ issuer: '', client: '' }).on('signed-in', () => {});`,
      'bundler',
    );
    expect(said.match(/error TS/g)).toHaveLength(3);
  });
});
