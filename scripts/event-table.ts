import { auditEvents } from '../src/audit/events.ts';

/** Puts the table of audit events below the heading of docs/audit-log.md that announces it. */
export function fillEventTable(page: string): string {
  const rows = Object.entries(auditEvents).map(
    ([name, { says, facts }]) =>
      `| \`${name}\` | ${says} | ${facts.map((fact) => `\`${fact}\``).join(', ')} |`,
  );
  const table = ['| event | says | facts of its own |', '|---|---|---|', ...rows].join('\n');
  return page.replace(/(?<=^## The events\n\n)(?:\|.*\n)*/m, () => `${table}\n`);
}
