import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { error } from '../problem.ts';

/** Waits grow from the first to the longest. */
export function checkLimits({ limits }: Pick<BrandConfig, 'limits'>): Problem[] {
  if (limits.longest_wait >= limits.first_wait) return [];
  return [
    error(['limits', 'longest_wait'], 'is shorter than first_wait', 'write more, or a shorter first_wait'),
  ];
}
