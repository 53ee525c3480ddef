import type { CliIo } from './io.ts';

/** The option of every command that answers something; docs/command-line.md shows each shape. */
export const jsonOption = ['--json', 'as JSON, in a shape that stays'] as const;

export interface JsonChoice {
  json?: boolean;
}

/** The same facts twice: lines for people, or one JSON value for programs. */
export function answer(
  { stdout }: Pick<CliIo, 'stdout'>,
  { json }: JsonChoice,
  { value, lines }: { value: unknown; lines: readonly string[] },
): void {
  stdout.write(json ? `${JSON.stringify(value, undefined, 2)}\n` : lines.map((line) => `${line}\n`).join(''));
}
