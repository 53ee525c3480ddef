/** Of whatever belongs to one request: Koa's context, and the library's, which is the same object. */
export interface Requested {
  readonly state?: Record<symbol, unknown>;
}

/** What one part of the issuer remembers of a request. */
export interface RequestNote<T> {
  find(ctx: Requested): T | undefined;
  write(ctx: Requested, value: T): void;
}

/**
 * A note in the request itself, which ends with it. A WeakMap from requests to notes says the same, and costs ten times as
 * much: an entry of its own for each request, which the garbage collector has to look after.
 */
export function createRequestNote<T>(name: string): RequestNote<T> {
  const key = Symbol(name);
  return {
    find: ({ state }) => state?.[key] as T | undefined,
    write({ state }, value) {
      if (state) state[key] = value;
    },
  };
}
