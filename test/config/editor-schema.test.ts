import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { fillKeyTables } from '../../scripts/key-tables.ts';
import { editorSchemas } from '../../src/config/editor-schema.ts';

const textOf = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('what is generated from the schemas (npm run schema)', () => {
  test.each(Object.entries(editorSchemas))('config/%s is up to date', async (name, create) => {
    expect(await textOf(`config/${name}`)).toBe(`${JSON.stringify(create(), null, 2)}\n`);
  });

  test('the tables of keys in docs/configuration.md are up to date', async () => {
    const page = await textOf('docs/configuration.md');
    for (const name of Object.keys(editorSchemas))
      expect(page).toContain(`<!-- keys of ${name} -->\n| key |`);
    expect(fillKeyTables(page)).toBe(page);
  });

  test('every key has a meaning', async () => {
    const page = await textOf('docs/configuration.md');
    expect(page).not.toMatch(/^\| `.*\|\s*\|$/m);
  });

  test('${NAME} is allowed where a number or a choice is asked', () => {
    const { properties } = editorSchemas['server.schema.json']();
    expect(properties?.['port']).toMatchObject({
      default: 3000,
      anyOf: [{ type: 'integer' }, { type: 'string', pattern: '\\$\\{' }],
    });
    expect(properties?.['log_level']).toMatchObject({
      anyOf: [{ enum: expect.arrayContaining(['info']) }, {}],
    });
  });
});
