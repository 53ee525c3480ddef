import type { compile } from '@jmespath-community/jmespath';

/**
 * Reads what a JMESPath expression says literally, without evaluating it: the objects that it builds, with
 * their member names, and the texts in them. JSON between backticks counts like the same thing written out.
 */
export type TreeNode = ReturnType<typeof compile>;

/** Member name → the expression of its value. */
export type ObjectNode = ReadonlyMap<string, TreeNode>;

/** Every object that the expression builds, at any depth. */
export function findObjects(node: TreeNode): ObjectNode[] {
  const object = toObject(node);
  const inside = object ? [...object.values()] : childrenOf(node);
  return [...(object ? [object] : []), ...inside.flatMap(findObjects)];
}

export function toObject(node: TreeNode): ObjectNode | undefined {
  if (node.type === 'MultiSelectHash') {
    return new Map(node.children.map((member) => [member.name, member.value]));
  }
  if (node.type === 'Literal' && isPlainObject(node.value)) {
    return new Map(Object.entries(node.value).map(([name, value]) => [name, { type: 'Literal', value }]));
  }
  return undefined;
}

/** A text, number or other constant that is not an object or a list. */
export function readLiteral(node: TreeNode): string | number | boolean | undefined {
  if (node.type !== 'Literal') return undefined;
  const { value } = node;
  return typeof value === 'object' ? undefined : value;
}

/** The name, when the expression is one member of the record. */
export function readField(node: TreeNode): string | undefined {
  return node.type === 'Field' ? node.name : undefined;
}

function childrenOf(node: TreeNode): TreeNode[] {
  if (node.type === 'Literal') {
    return Array.isArray(node.value) ? node.value.map((value) => ({ type: 'Literal', value })) : [];
  }
  return Object.values(node).flat().filter(isNode);
}

function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function isPlainObject<T>(value: T): value is T & Record<string, never> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
