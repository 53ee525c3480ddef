/**
 * Browsers in turn, and how long one had been away at the least. Parley leaves a session unwritten within a minute: a
 * consumer who comes back sooner than that is one of the cases "again".
 */
export function watchAbsences(cookies: readonly string[]): { next(): string; shortest(): number } {
  const seen = new Float64Array(cookies.length);
  let position = 0;
  let shortest = Number.POSITIVE_INFINITY;
  return {
    next() {
      const index = position++ % cookies.length;
      const now = performance.now();
      if (position > cookies.length) shortest = Math.min(shortest, now - (seen[index] ?? now));
      seen[index] = now;
      return cookies[index] ?? '';
    },
    /** Milliseconds; infinite when nobody came twice. */
    shortest: () => shortest,
  };
}
