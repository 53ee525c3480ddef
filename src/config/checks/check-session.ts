import type { BrandConfig } from '../brand-schema.ts';
import type { Problem } from '../contract.ts';
import { warning } from '../problem.ts';

/** An idle time beyond the session's own end has no effect, which is hardly what was meant. */
export function checkSession({ session }: BrandConfig): Problem[] {
  if (session.idle <= session.absolute) return [];
  return [
    warning(
      ['session', 'idle'],
      'is longer than session.absolute',
      'write a smaller number, or raise absolute',
    ),
  ];
}
