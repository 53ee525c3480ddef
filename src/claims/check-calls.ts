import { getRegisteredFunctions, TreeInterpreter } from '@jmespath-community/jmespath';
import { type ClaimsFunction, FunctionError } from './functions/claims-function.ts';
import { claimsFunctions } from './functions/register-functions.ts';
import type { JsonValue } from './json-copy.ts';

/** A node of the library's syntax tree, as far as calls are concerned. */
interface CallNode {
  type: 'Function';
  name: string;
  children: readonly { type: string; value?: JsonValue }[];
}

const known = new Set<string>(getRegisteredFunctions());

/**
 * What is wrong with the calls of an expression; undefined: nothing. The library would find it only when the call
 * is evaluated, which for a rare branch is in production.
 */
export function findWrongCall(tree: unknown): string | undefined {
  if (typeof tree !== 'object' || tree === null) return undefined;
  if (isLiteral(tree)) return undefined;
  const own = isCall(tree) ? checkCall(tree) : undefined;
  if (own !== undefined) return own;
  for (const child of Object.values(tree)) {
    const found = findWrongCall(child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkCall({ name, children }: CallNode): string | undefined {
  if (!known.has(name)) return `there is no function ${name}()`;
  const own = Object.hasOwn(claimsFunctions, name) ? claimsFunctions[name] : undefined;
  if (!own) return checkLibraryArity(name, children.length);
  const [least, most] = own.arity;
  if (children.length < least || children.length > most)
    return `${own.usage} has ${children.length} arguments`;
  return checkOptions(name, own, children.slice(1));
}

/** The library counts arguments before it looks at them, so a call without values tells. */
function checkLibraryArity(name: string, count: number): string | undefined {
  try {
    TreeInterpreter.runtime.callFunction(
      name,
      Array.from({ length: count }, () => null),
    );
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : '';
    return text.startsWith('Invalid arity: ') ? text.slice('Invalid arity: '.length) : undefined;
  }
}

function checkOptions(
  name: string,
  { readOption }: ClaimsFunction,
  options: CallNode['children'],
): string | undefined {
  try {
    for (const option of options) if (isLiteral(option)) readOption(option.value);
    return undefined;
  } catch (error) {
    if (error instanceof FunctionError) return `${name}(): ${error.message}`;
    throw error;
  }
}

function isCall(node: object): node is CallNode {
  return 'type' in node && node.type === 'Function' && 'name' in node && 'children' in node;
}

function isLiteral(node: object): node is { type: 'Literal'; value: JsonValue } {
  return 'type' in node && node.type === 'Literal' && 'value' in node;
}
