/**
 * Jest runs each test file in a realm of its own, but lends it the outer realm's structuredClone: its copies
 * are then no plain objects to oidc-provider (`constructor === Object`), which refuses every client with keys.
 */
export function cloneInThisRealm<T>(value: T): T {
  if (Array.isArray(value)) return value.map(cloneInThisRealm) as T;
  if (typeof value !== 'object' || value === null || !isRecord(value)) return clone(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cloneInThisRealm(item)])) as T;
}

const clone = globalThis.structuredClone;

function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
