import type { ParleyOptions } from './contract.ts';

/** The page's own function, by its path from `window` at the time of the call: the page's scripts may come later. */
export function findAssertion(path: string | undefined): ParleyOptions['assertion'] {
  return path ? () => (path.split('.').reduce(goInto, window) as () => Promise<string | null>)() : undefined;
}

function goInto(at: unknown, name: string): unknown {
  return (at as Record<string, unknown>)[name];
}
