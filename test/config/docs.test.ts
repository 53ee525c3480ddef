import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { parseDocument, type YAMLMap } from 'yaml';
import { brandChecks } from '../../src/brand-checks.ts';
import { createTemporaryConfig, goodBrand, headline, type TemporaryConfig } from './temporary-config.ts';

/**
 * Every YAML example of docs/configuration.md loads. The first line says what it is: `# config/brands/acme.yaml`
 * for a whole file, `# part of config/brands/acme.yaml` for keys that are laid over a good brand.
 */
const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```yaml\n(# (part of )?(config\/\S+)\n[\s\S]*?)```/g)].map(
  ([, text = '', part, path = '']) => ({ text, part: part !== undefined, path }),
);

const env = {
  ACME_LP_SECRET: 'a-secret-of-good-length',
  ACCOUNTS: 'accounts.yaml',
  COOKIE_KEY: 'k'.repeat(32),
};
const files = {
  'config/brands/acme.yaml': goodBrand,
  'config/accounts/acme.yaml': 'accounts: []\n',
  'secrets/liveperson': 'a-secret-of-good-length\n',
  'tls/cert.pem': 'certificate',
  'tls/key.pem': 'key',
};

let config: TemporaryConfig;
afterEach(() => config.remove());

describe('docs/configuration.md', () => {
  test('names the kind of each of its examples', async () => {
    config = await createTemporaryConfig();
    expect(examples.length).toBeGreaterThan(4);
    expect(page.match(/```ya?ml/g)).toHaveLength(examples.length);
  });

  test.each(examples.map((example, index) => [index + 1, example.path, example] as const))(
    'example %i (%s) loads without a problem or a warning',
    async (_, path, { text, part }) => {
      config = await createTemporaryConfig(files);
      await config.write(path, part ? overGoodBrand(text) : text);
      expect((await config.problems(env, brandChecks)).map(headline)).toEqual([]);
    },
  );

  test.each([
    'HOST',
    'PORT',
    'PARLEY_CONFIG',
    'PARLEY_KEYS',
    'PARLEY_STORE',
    'PARLEY_COOKIE_KEYS',
    'PARLEY_ENCRYPTION_KEYS',
    'PARLEY_DEMO',
    'LOG_LEVEL',
    'NODE_ENV',
  ])('explains %s', async (name) => {
    config = await createTemporaryConfig();
    expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });

  test('the shipped server.yaml loads and leaves everything at its default', async () => {
    const shipped = await readFile(new URL('../../config/server.yaml', import.meta.url), 'utf8');
    config = await createTemporaryConfig({ 'config/brands/acme.yaml': goodBrand });
    const { server: defaults } = await config.load();
    await config.write('config/server.yaml', shipped);
    expect((await config.load()).server).toEqual(defaults);
  });
});

function overGoodBrand(text: string): string {
  const document = parseDocument(goodBrand);
  const laidOver = parseDocument<YAMLMap>(text);
  for (const pair of laidOver.contents?.items ?? []) document.set(pair.key, pair.value);
  return String(document);
}
