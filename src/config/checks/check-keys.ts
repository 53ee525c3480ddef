import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

/** A next key must have been seen everywhere before it is due, and no schedule can be faster than that. */
export function checkKeys({ keys }: BrandConfig): Problem[] {
  const { rotate_every: every, announce, jwks_cache: cache } = keys;
  if (every === undefined) return [];
  if (keys.set !== undefined)
    return [
      error(['keys', 'rotate_every'], 'cannot be kept: set is only read', 'remove it, or use the folder'),
    ];
  const shortest = cache + 3600;
  return [
    ...(announce < shortest
      ? [
          error(
            ['keys', 'announce'],
            'is shorter than relying parties may take to see a key',
            `write ${shortest} or more: jwks_cache and an hour`,
          ),
        ]
      : []),
    ...(every < 2 * announce
      ? [error(['keys', 'rotate_every'], 'is shorter than twice announce', `write ${2 * announce} or more`)]
      : []),
  ];
}
