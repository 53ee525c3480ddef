/** SQL as far as it decides where a named parameter stands, and where a colon is something else. */
export type Dialect = 'postgres' | 'mysql';

export interface Token {
  /** `place`: a placeholder of the driver's own; `end`: a semicolon; `broken`: `what` is never closed. */
  kind: 'text' | 'blank' | 'parameter' | 'place' | 'end' | 'broken';
  text: string;
  what: string;
}

type Rule = readonly [kind: Token['kind'], pattern: RegExp, what?: string];

const word = /[\p{L}_][\p{L}\p{N}\p{M}_$]*/uy;
const parameter = /:[A-Za-z_][A-Za-z0-9_]*/y;

/** In their order: a colon of a cast or an assignment before that of a parameter, a whole word before its letters. */
const rules: Readonly<Record<Dialect, readonly Rule[]>> = {
  // https://www.postgresql.org/docs/current/sql-syntax-lexical.html
  postgres: [
    ['blank', /\s+|--[^\r\n]*/y],
    ['text', /[eE]'(?:[^'\\]|''|\\[^])*'/y],
    ['broken', /[eE]'/y, 'a text'],
    ['text', /'(?:[^']|'')*'|"(?:[^"]|"")*"/y],
    ['text', /\$((?:[\p{L}_][\p{L}\p{N}_]*)?)\$[^]*?\$\1\$/uy],
    ['broken', /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy, 'a text'],
    ['place', /\$\d+/y],
    ['text', /::|:=/y],
    ['parameter', parameter],
    ['text', word],
  ],
  // https://dev.mysql.com/doc/refman/8.4/en/lexical-structure.html
  mysql: [
    ['blank', /\s+|#[^\r\n]*|--(?=[\s\p{Cc}]|$)[^\r\n]*/uy],
    ['text', /'(?:[^'\\]|''|\\[^])*'|"(?:[^"\\]|""|\\[^])*"|`(?:[^`]|``)*`/y],
    ['place', /\?/y],
    ['text', /:=/y],
    ['parameter', parameter],
    ['text', word],
  ],
};

const quotes: Readonly<Record<string, string>> = {
  "'": 'a text',
  '"': 'a quoted name',
  '`': 'a quoted name',
};

/** The token that begins at `at`, which is inside the text. */
export function readToken(sql: string, at: number, dialect: Dialect): Token {
  if (sql.startsWith('/*', at)) return readComment(sql, at, dialect);
  for (const [kind, pattern, what = ''] of rules[dialect]) {
    pattern.lastIndex = at;
    const found = pattern.exec(sql)?.[0];
    if (found) return { kind, text: found, what };
  }
  const text = String.fromCodePoint(sql.codePointAt(at) ?? 0);
  const quoted = dialect === 'postgres' && text === '`' ? undefined : quotes[text];
  if (quoted) return { kind: 'broken', text, what: quoted };
  return { kind: text === ';' ? 'end' : 'text', text, what: '' };
}

/** PostgreSQL's comments nest. */
function readComment(sql: string, at: number, dialect: Dialect): Token {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = at;
  let depth = 0;
  for (let found = mark.exec(sql); found; found = mark.exec(sql)) {
    if (found[0] === '*/') depth -= 1;
    else if (dialect === 'postgres' || depth === 0) depth += 1;
    if (depth === 0) return { kind: 'blank', text: sql.slice(at, mark.lastIndex), what: '' };
  }
  return { kind: 'broken', text: sql.slice(at), what: 'a comment' };
}
