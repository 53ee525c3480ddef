import { isDeepStrictEqual } from 'node:util';
import type { ShownConfig } from './describe-config.ts';

export interface ConfigChange {
  /** `brands.acme.clients.web.redirect_uris` */
  path: string;
  before?: unknown;
  after?: unknown;
  /** What it takes: brands are read again by a running process, the rest belongs to it. */
  needs: 'reload' | 'restart';
}

/** What would be another: leaf by leaf, lists whole. A brand or client that comes or goes is one change. */
export function diffConfig(before: ShownConfig, after: ShownConfig): ConfigChange[] {
  return [
    ...compare(before.brands, after.brands, ['brands']).map((change) => ({
      ...change,
      needs: 'reload' as const,
    })),
    ...compare(before.server, after.server, ['server']).map((change) => ({
      ...change,
      needs: 'restart' as const,
    })),
  ];
}

function compare(before: unknown, after: unknown, path: readonly string[]): Omit<ConfigChange, 'needs'>[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isMapping(before) || !isMapping(after)) {
    return [
      {
        path: path.join('.'),
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      },
    ];
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => compare(before[name], after[name], [...path, name]));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
