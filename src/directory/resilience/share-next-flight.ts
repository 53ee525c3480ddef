/**
 * For callers who need the answer of now: one question at a time for each key, and all who come while it is on its way
 * share the next one. A page that asks in a loop is one caller to the brand, not hundreds.
 */
export function shareNextFlight<T>(): (key: string, begin: () => Promise<T>) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const next = new Map<string, Promise<T>>();

  function start(key: string, begin: () => Promise<T>): Promise<T> {
    const flight = begin().finally(() => running.delete(key));
    running.set(key, flight);
    return flight;
  }

  return (key, begin) => {
    const current = running.get(key);
    if (!current) return start(key, begin);
    const flight =
      next.get(key) ??
      current
        .catch(() => undefined)
        .then(() => {
          next.delete(key);
          return start(key, begin);
        });
    next.set(key, flight);
    return flight;
  };
}
