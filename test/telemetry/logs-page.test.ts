import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readTableRows, root } from '../support/documentation.ts';

const page = readFileSync(join(root, 'docs/logs.md'), 'utf8');

/** Messages of the table, with `…` where the program puts something in. */
const listed = readTableRows(page, 'Lines').flatMap(([messages = '']) =>
  [...messages.matchAll(/`([^`]+)`/g)].flatMap(([, text = '']) => (text === 'msg' ? [] : [text])),
);

/** The last text of each call of a log in the sources; what is put in or comes after a sentence is `…`. */
function messagesOfSources(): string[] {
  return globSync('src/**/*.ts', { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/\b[lL]og\??(?:\.(?:debug|info|warn|error|fatal)|\[[^\]]+\])\(/g)].flatMap(
      (call) => {
        const inside = bracketed(text.slice(call.index + call[0].length));
        const messages = [
          ...inside.matchAll(/(?:^|,|\?|: |\n)\s*(?<!\+\s*)(['`])((?:(?!\1).)+)\1(?=\s*(?:,?\s*$|:|\+))/g),
        ];
        return messages.map(([, , message = '']) =>
          message.replaceAll(/\$\{[^}]+\}/g, '…').replaceAll("\\'", "'"),
        );
      },
    );
  });
}

function bracketed(text: string): string {
  let depth = 1;
  let end = 0;
  for (; depth > 0 && end < text.length; end += 1) {
    if (text[end] === '(') depth += 1;
    if (text[end] === ')') depth -= 1;
  }
  return text.slice(0, end - 1);
}

const normal = (text: string) => text.replace('than … bytes', 'than 4096 bytes').trim();

function isListed(message: string): boolean {
  return listed.some((entry) => {
    const [words = ''] = entry.split('. …');
    return entry === message || (entry.endsWith('. …') && message.startsWith(words));
  });
}

test('docs/logs.md lists every message of the sources', () => {
  const messages = messagesOfSources().map(normal);
  expect(messages.length).toBeGreaterThan(45);
  expect(messages.filter((message) => !isListed(message))).toEqual([]);
});

test('and no other', () => {
  const messages = messagesOfSources().map(normal);
  const unknown = listed.filter(
    (entry) =>
      !messages.some((message) => isListed(message) && entry.split('. …')[0] === message.split('. ')[0]) &&
      !messages.includes(entry),
  );
  expect(unknown).toEqual([]);
});
