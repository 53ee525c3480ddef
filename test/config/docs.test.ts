import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { checkYamlExample, countYamlBlocks, findYamlExamples } from '../support/yaml-examples.ts';
import { createTemporaryConfig, goodBrand } from './temporary-config.ts';

/** Every YAML example of docs/configuration.md loads. */
const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const examples = findYamlExamples(page);

describe('docs/configuration.md', () => {
  test('names the kind of each of its examples', () => {
    expect(examples.length).toBeGreaterThan(4);
    expect(countYamlBlocks(page)).toBe(examples.length);
  });

  test.each(examples.map((example, index) => [index + 1, example.path, example] as const))(
    'example %i (%s) loads without a problem or a warning',
    async (_, _path, example) => {
      expect(await checkYamlExample(example)).toEqual([]);
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
    'PARLEY_METRICS',
    'PARLEY_WORKERS',
    'LOG_LEVEL',
    'NODE_ENV',
  ])('explains %s', (name) => {
    expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\|`, 'm'));
  });

  test('the shipped server.yaml loads and leaves everything at its default', async () => {
    const shipped = await readFile(new URL('../../config/server.yaml', import.meta.url), 'utf8');
    const config = await createTemporaryConfig({ 'config/brands/acme.yaml': goodBrand });
    try {
      const { server: defaults } = await config.load();
      await config.write('config/server.yaml', shipped);
      expect((await config.load()).server).toEqual(defaults);
    } finally {
      await config.remove();
    }
  });
});
