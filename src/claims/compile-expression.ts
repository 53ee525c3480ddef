import { compile, tokenize, TreeInterpreter } from '@jmespath-community/jmespath';
import { findWrongCall } from './check-calls.ts';
import { copyWithoutPrototype } from './json-copy.ts';

/**
 * One JMESPath expression of a claims mapping, compiled once when the configuration is read
 * (https://jmespath.site/main/#specification), with the functions of functions/.
 */
export interface Expression {
  /** The value, null where the record has none. Throws when a function gets a value of a type it does not take. */
  evaluate(record: Readonly<Record<string, unknown>>): unknown;
}

/** The expression cannot be used; the message says where and why, and is safe to print. */
export class ExpressionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExpressionError';
  }
}

type Tree = ReturnType<typeof compile>;

export function compileExpression(source: string): Expression {
  const tree = parse(source);
  const wrong = findWrongCall(tree);
  if (wrong !== undefined) throw new ExpressionError(wrong);
  return { evaluate: (record) => TreeInterpreter.search(tree, copyWithoutPrototype(record)) };
}

function parse(source: string): Tree {
  try {
    return compile(source);
  } catch (error) {
    throw new ExpressionError(`not a JMESPath expression: ${reasonOf(error)}${locate(source)}`);
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : 'not readable';
  return text.includes('EOF') ? 'it ends too early' : text.replace(/^Syntax error[:,]?\s*/, '');
}

/**
 * The library names the token but not its place. A start of the text that breaks off too early fails at its
 * end ("EOF"); the first start that fails for another reason ends with the culprit.
 */
function locate(source: string): string {
  const starts = tokenStarts(source);
  const culprit = starts.findIndex((_, index) => {
    const failure = failureOf(source.slice(0, starts[index + 1] ?? source.length));
    return failure !== undefined && !failure.includes('EOF');
  });
  const at = starts[culprit];
  return at === undefined ? '' : `, at character ${at + 1} ("${source.slice(at, at + 20)}")`;
}

function tokenStarts(source: string): number[] {
  try {
    return tokenize(source)
      .map(({ start }) => start)
      .filter((start) => start < source.length);
  } catch {
    return [];
  }
}

function failureOf(source: string): string | undefined {
  try {
    compile(source);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
