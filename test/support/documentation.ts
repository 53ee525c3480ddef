import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** The project's folder. */
export const root = resolve(import.meta.dirname, '../..');

/** A page of the documentation; `path` is relative to the project's folder. */
export interface Page {
  path: string;
  text: string;
}

export function readPages(): Page[] {
  return globSync(['README.md', 'CHANGELOG.md', 'SECURITY.md', 'keys/README.md', 'docs/**/*.md'], {
    cwd: root,
  })
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Links of a page that lead nowhere, as they are written. Addresses of the web are not visited. */
export function findBrokenLinks({ path, text }: Page): string[] {
  return findLinks(text).filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file ? join(root, dirname(path), file) : join(root, path);
    if (relative(root, target).startsWith('..') || !existsSync(target)) return true;
    return anchor !== undefined && !(statSync(target).isFile() && listAnchors(target).includes(anchor));
  });
}

function findLinks(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, 'code');
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
}

/** As GitHub makes them from headings. */
function listAnchors(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Source files that a page names in code, such as `issuer/find-account.ts`, and that do not exist. */
export function findMissingSources({ text }: Page): string[] {
  const named = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)+\.ts)`/g)].map(([, file = '']) => file);
  return named.filter((file) => !existsSync(join(root, file)) && !existsSync(join(root, 'src', file)));
}

/** The cells of each row of the tables below a heading; the first row of each table is its head. */
export function readTableRows(text: string, heading: string): string[][] {
  const section = text.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| (.+) \|$/gm)].map(([, row = '']) => row.split(' | '));
}
