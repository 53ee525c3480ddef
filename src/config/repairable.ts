import type { ConfigPath } from './contract.ts';

/**
 * A copy of a configuration value from which wrong parts can be taken, so that what remains can still be
 * checked. It remembers where each list item stood in the file.
 */
export interface Repairable {
  value: unknown;
  at(path: ConfigPath): unknown;
  set(path: ConfigPath, value: unknown): void;
  /** The path itself, or of what does not exist the nearest part that does. */
  nearest(path: ConfigPath): ConfigPath;
  remove(path: ConfigPath): void;
  /** The path in the file of a path in the copy. */
  originalPath: (path: ConfigPath) => ConfigPath;
}

type Container = Record<string | number, unknown>;

export function createRepairable(original: unknown): Repairable {
  const value = structuredClone(original);
  const positions = new WeakMap<object, number[]>();
  const at = (path: ConfigPath): unknown => nodeAt(value, path);

  const positionsOf = (list: unknown[]): number[] => {
    const known = positions.get(list) ?? list.map((_, index) => index);
    positions.set(list, known);
    return known;
  };

  return {
    value,
    at,
    set(path, replacement) {
      const parent = at(path.slice(0, -1));
      if (isContainer(parent)) parent[path.at(-1)!] = replacement;
    },
    nearest: (path) => nearestIn(value, path),
    remove(path) {
      const parent = at(path.slice(0, -1));
      if (Array.isArray(parent)) {
        positionsOf(parent).splice(Number(path.at(-1)), 1);
        parent.splice(Number(path.at(-1)), 1);
      } else if (isContainer(parent)) {
        delete parent[path.at(-1)!];
      }
    },
    originalPath: (path) =>
      path.map((segment, index) => {
        const parent = at(path.slice(0, index));
        return Array.isArray(parent) ? (positionsOf(parent)[Number(segment)] ?? segment) : segment;
      }),
  };
}

function nodeAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (node, segment) => (isContainer(node) && Object.hasOwn(node, segment) ? node[segment] : undefined),
    root,
  );
}

function nearestIn(root: unknown, path: ConfigPath): ConfigPath {
  const key = path.at(-1);
  if (key === undefined) return path;
  const parent = nodeAt(root, path.slice(0, -1));
  return isContainer(parent) && Object.hasOwn(parent, key) ? path : nearestIn(root, path.slice(0, -1));
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}
