/**
 * Copies of JSON values on the two sides of a claims mapping.
 */

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export type JsonObject = { [member: string]: JsonValue };

/**
 * The expression library reads members with plain property access: on an ordinary object `constructor` and
 * `__proto__` would answer with JavaScript's own objects instead of null.
 */
export function copyWithoutPrototype(value: unknown): JsonValue {
  if (Array.isArray(value)) return value.map(copyWithoutPrototype);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return null;
  const copy: JsonObject = Object.create(null);
  for (const [name, member] of Object.entries(value)) copy[name] = copyWithoutPrototype(member);
  return copy;
}

/**
 * A claim carries no null (OpenID Connect Core 5.3.2): null members and elements are dropped, then whatever
 * became empty by that. A list or object that the directory itself has empty stays.
 * @returns undefined when nothing is left
 */
export function prune(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    const kept = value.map(prune).filter((element) => element !== undefined);
    return kept.length === 0 && value.length > 0 ? undefined : kept;
  }
  if (typeof value !== 'object') return value;
  const members = Object.entries(value);
  const kept = members
    .map(([name, member]) => [name, prune(member)] as const)
    .filter(([, member]) => member !== undefined);
  return kept.length === 0 && members.length > 0 ? undefined : Object.fromEntries(kept);
}
