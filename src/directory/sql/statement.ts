import { type Dialect, readToken } from './tokens.ts';

/**
 * A statement of the operator with named parameters, taken apart. Values are bound by the server's own protocol;
 * none of them ever becomes part of the text.
 */
export interface Statement {
  /** Text and names of parameters in turn; texts stand at even places. */
  parts: readonly string[];
}

export interface BoundStatement {
  text: string;
  values: string[];
}

/** The message says what is wrong and quotes a word at most. */
export class StatementError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StatementError';
  }
}

/**
 * @param allowed the names that the statement may use; it must use each of them
 * @throws StatementError
 */
export function parseStatement(sql: string, dialect: Dialect, allowed: readonly string[]): Statement {
  const parts: string[] = [];
  let text = '';
  let ended = false;
  for (let at = 0; at < sql.length; ) {
    const token = readToken(sql, at, dialect);
    at += token.text.length;
    if (token.kind === 'end') ended = true;
    else if (ended && token.kind !== 'blank') throw new StatementError('has more than one statement');
    if (token.kind === 'broken') throw new StatementError(`has ${token.what} that is not closed`);
    if (token.kind === 'place') throw new StatementError(`has ${token.text} for a value`);
    if (token.kind === 'parameter') {
      const name = token.text.slice(1);
      if (!allowed.includes(name)) throw new StatementError(`has an unknown parameter ${token.text}`);
      parts.push(text, name);
      text = '';
    } else if (token.kind !== 'end') {
      text += token.text;
    }
  }
  parts.push(text);
  const missing = allowed.find((name) => !parts.some((part, index) => index % 2 === 1 && part === name));
  if (missing !== undefined) throw new StatementError(`does not use :${missing}`);
  return { parts };
}

/** The statement as the driver wants it: `$1`, or a `?` for each time that a parameter stands in it. */
export function bind(
  { parts }: Statement,
  dialect: Dialect,
  values: Readonly<Record<string, string>>,
): BoundStatement {
  const names: string[] = [];
  const text = parts.map((part, index) => {
    if (index % 2 === 0) return part;
    if (dialect === 'mysql') return names.push(part) && '?';
    if (!names.includes(part)) names.push(part);
    return `$${names.indexOf(part) + 1}`;
  });
  return { text: text.join(''), values: names.map((name) => values[name] ?? '') };
}
