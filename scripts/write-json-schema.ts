import { readFile, writeFile } from 'node:fs/promises';
import { editorSchemas } from '../src/config/editor-schema.ts';
import { fillEventTable } from './event-table.ts';
import { fillKeyTables } from './key-tables.ts';

/** Writes config/*.schema.json and the tables of keys in docs/configuration.md from the schemas, and that of audit events. */
for (const [name, create] of Object.entries(editorSchemas)) {
  await writeFile(new URL(`../config/${name}`, import.meta.url), `${JSON.stringify(create(), null, 2)}\n`);
}
const page = new URL('../docs/configuration.md', import.meta.url);
await writeFile(page, fillKeyTables(await readFile(page, 'utf8')));
const events = new URL('../docs/audit-log.md', import.meta.url);
await writeFile(events, fillEventTable(await readFile(events, 'utf8')));
