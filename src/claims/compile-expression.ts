import { compile, getRegisteredFunctions, tokenize, TreeInterpreter } from '@jmespath-community/jmespath';
import { copyWithoutPrototype } from './json-copy.ts';

/**
 * One JMESPath expression of a claims mapping, compiled once when the configuration is read
 * (https://jmespath.site/main/#specification).
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

const builtIn = new Set<string>(getRegisteredFunctions());

export function compileExpression(source: string): Expression {
  const tree = parse(source);
  const unknown = findUnknownFunction(tree);
  if (unknown !== undefined) {
    throw new ExpressionError(`there is no function ${unknown}() in JMESPath`);
  }
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

/** The library finds an unknown function only when it is called: for a rare branch that would be in production. */
function findUnknownFunction(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if (!Array.isArray(node)) {
    const { type, name } = node as { type?: unknown; name?: unknown };
    if (type === 'Literal') return undefined;
    if (type === 'Function' && typeof name === 'string' && !builtIn.has(name)) return name;
  }
  for (const child of Object.values(node)) {
    const found = findUnknownFunction(child);
    if (found !== undefined) return found;
  }
  return undefined;
}
