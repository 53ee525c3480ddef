import { globSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  findBrokenLinks,
  findMissingSources,
  readPages,
  readTableRows,
  root,
} from './support/documentation.ts';
import { findFaultOfCall } from './support/parley-help.ts';
import { type ParleyProcess, spawnParley } from './support/spawn-parley.ts';
import { checkYamlExample, countYamlBlocks, findYamlExamples } from './support/yaml-examples.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const pages = readPages();
const titled = pages.map((page) => [page.path, page] as const);
const readme = read('README.md');
const manifest: Record<
  'scripts' | `${'' | 'dev' | 'optional'}${'d' | 'D'}ependencies`,
  Record<string, string>
> = JSON.parse(read('package.json'));

async function findFaultsOfCalls(text: string, call: RegExp): Promise<string[]> {
  const calls = [...text.matchAll(call)].map(([, words = '']) => words.replace(/[.,;:)]+(?= |$).*/, ''));
  const faults = await Promise.all(calls.map(findFaultOfCall));
  return faults.filter((fault) => fault !== undefined);
}

describe('every page', () => {
  test.each(titled)('%s links to nothing that is missing', (_, page) => {
    expect(findBrokenLinks(page)).toEqual([]);
  });

  test.each(titled)('%s names no source file that is missing', (_, page) => {
    expect(findMissingSources(page)).toEqual([]);
  });

  test.each(titled)('%s names no npm script that is missing', (_, { text }) => {
    const named = [...text.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, script, short]) => script ?? short ?? '',
    );
    expect(named.filter((script) => !Object.hasOwn(manifest.scripts, script))).toEqual([]);
  });

  test.each(titled)('%s calls parley as its help says', async (_, { text }) => {
    expect(await findFaultsOfCalls(text, /(?:npx |`)parley((?: [^\s`|#…]+)*)/g)).toEqual([]);
  });

  test.each(titled)('%s names no variable that Parley does not read', (_, { text }) => {
    const reader = read('src/config/read-environment.ts') + read('src/config/config-folder.ts');
    const named = [...text.matchAll(/\bPARLEY_[A-Z_]+/g)].map(([name]) => name);
    // Secrets may be named by files.
    const plain = named.map((name) => name.replace(/_FILE$/, ''));
    expect(plain.filter((name) => !reader.includes(name))).toEqual([]);
  });

  test.each(titled)('%s names no registry and no folder of one machine', (_, { text }) => {
    expect(text).not.toMatch(/\b(?:registry|npm|artifactory|nexus|verdaccio)[\w-]*(?:\.[\w-]+)+(?::\d+)?\//i);
    expect(text).not.toMatch(/(?<![\w.}>])\/(?:work|home|root|tmp|Users|private|builds?)\//);
    expect(text).not.toContain(`${root}/`);
  });
});

/** Those of docs/configuration.md have a test of their own. */
const examples = pages
  .filter(({ path }) => path !== 'docs/configuration.md')
  .flatMap(({ path, text }) =>
    findYamlExamples(text).map((example) => [path, example.path, example] as const),
  );

test.each(examples)(
  'the example in %s of %s loads without a problem or a warning',
  async (_, _path, example) => {
    expect(await checkYamlExample(example)).toEqual([]);
  },
);

test('the lock file names no registry either', () => {
  expect(read('package-lock.json')).not.toContain('"resolved"');
});

test('comments and messages call parley as its help says', async () => {
  const sources = globSync('src/**/*.ts', { cwd: root }).map(read).join('\n');
  const call = /npx parley((?: (?!\$)[^\s`'"|#\\]+)+)/g;
  expect(sources.match(call)).not.toBeNull();
  expect(await findFaultsOfCalls(sources, call)).toEqual([]);
});

test('comments and messages name no page of the documentation that is missing', () => {
  const files = globSync(['Dockerfile', '*.yml', '{src,config,deploy,scripts}/**/*.{ts,yaml,cfg}'], {
    cwd: root,
  });
  const named = files.flatMap((file) => read(file).match(/\bdocs\/[\w/-]+\.md/g) ?? []);
  expect(named).not.toEqual([]);
  expect(named.filter((page) => !existsSync(join(root, page)))).toEqual([]);
});

describe('README.md', () => {
  test('has one brand file, a whole one, and no YAML that is not checked', () => {
    const own = findYamlExamples(readme).map(({ path, part }) => ({ path, part }));
    expect(own).toEqual([{ path: 'config/brands/acme.yaml', part: false }]);
    expect(countYamlBlocks(readme)).toBe(own.length);
  });

  describe('beside the running demo', () => {
    let parley: ParleyProcess;
    beforeAll(async () => {
      parley = await spawnParley({ cwd: root });
    });
    afterAll(() => parley.stop());

    const listed = readTableRows(readme, 'Endpoints')
      .flatMap(([addresses = '']) => addresses.replaceAll('`', '').split(', '))
      .filter((address) => address.startsWith('/'));

    test('shows what the start prints', () => {
      const printed = parley
        .stdout()
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('{'));
      expect(printed).not.toEqual([]);
      expect(readme).toContain(printed.join('\n').replaceAll(`:${parley.port}`, ':3000'));
    });

    test('lists the endpoints of discovery, and of the others those that answer', async () => {
      const discovery = '/.well-known/openid-configuration';
      const metadata = (await (await parley.fetch(`${parley.issuer}${discovery}`)).json()) as Record<
        string,
        string
      >;
      const discovered = Object.entries(metadata)
        .filter(([key]) => key === 'jwks_uri' || key.endsWith('_endpoint'))
        .map(([, url]) => new URL(url).pathname);
      const others = listed.filter((address) => !discovered.includes(address));

      expect(discovered.filter((address) => !listed.includes(address))).toEqual([]);
      const statuses = await Promise.all(
        others.map(async (address) => [address, (await parley.fetch(`${parley.issuer}${address}`)).status]),
      );
      expect(Object.fromEntries(statuses)).toEqual({
        [discovery]: 200,
        '/demo': 200,
        '/healthz': 200,
        '/readyz': 200,
        '/parley.js': 200,
        '/parley.mjs': 200,
        '/parley-livechat.js': 200,
        '/parley-livechat.mjs': 200,
        '/page/authorize': 405,
        '/page/identity': 405,
        '/page/sign-out': 405,
        '/page/livechat/token': 405,
        '/page/livechat/fresh': 405,
        '/page/livechat/has': 405,
        '/page/livechat/invalidate': 405,
        '/page/livechat/transfer': 405,
        // The demo brand signs nothing.
        '/login/brand': 404,
        '/login/upstream': 404,
        '/backchannel/sign-out': 404,
      });
    });
  });
});

describe('docs/dependencies.md', () => {
  const page = read('docs/dependencies.md');

  test.each([
    ['The server', 'dependencies'],
    ['Optional', 'optionalDependencies'],
    ['Development', 'devDependencies'],
  ] as const)('%s: one line with a reason for each of %s', (heading, kind) => {
    const lines = readTableRows(page, heading).filter(([name]) => name?.startsWith('`'));
    expect(lines.map(([name = '']) => name.replaceAll('`', '')).toSorted()).toEqual(
      Object.keys(manifest[kind]).toSorted(),
    );
    expect(lines.filter((cells) => cells.length !== 3 || cells.some((cell) => cell.trim() === ''))).toEqual(
      [],
    );
  });
});

test('who finds a weakness and who asks what holds are led to each other', () => {
  expect(read('SECURITY.md')).toContain('](docs/security.md)');
  expect(read('docs/security.md')).toContain('](../SECURITY.md)');
});

test('docs/decisions/README.md lists every decision', () => {
  const decisions = globSync('*.md', { cwd: join(root, 'docs/decisions'), exclude: ['README.md'] });
  const index = read('docs/decisions/README.md');
  expect(decisions.filter((name) => !index.includes(`[${name}](${name})`))).toEqual([]);
});
