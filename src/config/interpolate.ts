import { errorCode } from './error-code.ts';

/**
 * `${NAME}`, `${NAME:-default}` and `${file:/path}` inside one text. What a variable or a file holds is taken
 * as it is and never expanded again: a value from outside cannot name another variable.
 */
export interface ValueSources {
  env: Readonly<Record<string, string | undefined>>;
  /** The file's content; throws when it cannot be read. */
  readSecretFile(path: string): string;
}

export interface Fault {
  message: string;
  fix: string;
}

export interface Interpolated {
  text: string;
  faults: Fault[];
  /** The text was one expression from end to end, so that its value may stand for a number. */
  whole: boolean;
}

export function interpolate(text: string, sources: ValueSources): Interpolated {
  const faults: Fault[] = [];
  const value = expand(text, sources, faults);
  return { text: value, faults, whole: text.startsWith('${') && closingBrace(text, 2) === text.length - 1 };
}

function expand(text: string, sources: ValueSources, faults: Fault[]): string {
  let result = '';
  let position = 0;
  while (position < text.length) {
    if (text.startsWith('$${', position)) {
      result += '${';
      position += 3;
    } else if (text.startsWith('${', position)) {
      const end = closingBrace(text, position + 2);
      if (end < 0) {
        faults.push({
          message: '${ has no closing }',
          fix: 'close it, or write $${ for the two characters ${',
        });
        return result;
      }
      result += evaluate(text.slice(position + 2, end), sources, faults);
      position = end + 1;
    } else {
      result += text[position];
      position += 1;
    }
  }
  return result;
}

/** Index of the brace that closes an expression whose inside starts at `start`; -1 when there is none. */
function closingBrace(text: string, start: number): number {
  let depth = 1;
  for (let position = start; position < text.length; position += 1) {
    if (text.startsWith('${', position)) depth += 1;
    else if (text[position] === '}') depth -= 1;
    if (depth === 0) return position;
  }
  return -1;
}

function evaluate(expression: string, sources: ValueSources, faults: Fault[]): string {
  if (expression.startsWith('file:')) return readFile(expression.slice(5), sources, faults);
  const parts = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/.exec(expression);
  const name = parts?.[1];
  if (name === undefined) {
    faults.push({
      message: '${…} is none of ${NAME}, ${NAME:-default} and ${file:/path}',
      fix: 'write one of these, or $${ for the two characters ${',
    });
    return '';
  }
  const value = sources.env[name];
  const fallback = parts?.[2];
  if (fallback !== undefined) return value || expand(fallback, sources, faults);
  if (value !== undefined) return value;
  faults.push({
    message: `the environment variable ${name} is not set`,
    fix: `set ${name}, or give a default: \${${name}:-…}`,
  });
  return '';
}

function readFile(pathText: string, sources: ValueSources, faults: Fault[]): string {
  const path = expand(pathText, sources, faults);
  try {
    return sources.readSecretFile(path).replace(/[\r\n]+$/, '');
  } catch (cause) {
    const reason = errorCode(cause) === 'ENOENT' ? 'does not exist' : 'cannot be read';
    faults.push({
      message: `the file ${path} ${reason}`,
      fix: 'create it and let this process read it; a relative path starts at the working directory',
    });
    return '';
  }
}
