import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { fillEventTable } from '../../scripts/event-table.ts';
import { auditEvents } from '../../src/audit/events.ts';
import { readTableRows } from '../support/documentation.ts';

test('docs/audit-log.md lists every event with what it says and carries (npm run schema)', async () => {
  const page = await readFile(new URL('../../docs/audit-log.md', import.meta.url), 'utf8');
  const listed = readTableRows(page, 'The events').slice(1);
  expect(listed.map(([name]) => name)).toEqual(Object.keys(auditEvents).map((name) => `\`${name}\``));
  expect(fillEventTable(page)).toBe(page);
});
