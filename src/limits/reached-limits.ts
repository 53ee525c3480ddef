import type { LimitsConfig } from '../config/schema/limits-schema.ts';
import type { BrandStore } from '../store/contract.ts';
import { isLimitKind, type LimitKind, ruleOf } from './limit-kinds.ts';

/** A limit at which somebody waits, or waited a short while ago. */
export interface ReachedLimit {
  kind: LimitKind;
  entry: string;
  /** Attempts that count now. */
  attempts: number;
  /** Seconds until the next is admitted; 0: at once. */
  wait: number;
}

/** The set in the store that names them. */
export const reachedLimits = 'limits';

/** A limit's name in the store. */
export function nameOf(kind: LimitKind, entry: string): string {
  return `${kind} ${entry}`;
}

/** Those of a brand whose attempts are not forgotten yet, the longest wait first. */
export async function listReachedLimits(
  store: Pick<BrandStore, 'members' | 'findAttempts'>,
  settings: LimitsConfig,
): Promise<ReachedLimit[]> {
  const names = await store.members(reachedLimits);
  const found = await Promise.all(
    names.map(async (name): Promise<ReachedLimit | undefined> => {
      const [, kind = '', entry = ''] = /^(\S+) (.*)$/s.exec(name) ?? [];
      if (!isLimitKind(kind)) return undefined;
      const { count: attempts, wait } = await store.findAttempts(name, ruleOf(kind, settings));
      return attempts === 0 ? undefined : { kind, entry, attempts, wait };
    }),
  );
  return found.filter((limit) => limit !== undefined).toSorted((a, b) => b.wait - a.wait);
}

export async function releaseLimit(
  store: Pick<BrandStore, 'forgetAttempts' | 'removeMember'>,
  { kind, entry }: Pick<ReachedLimit, 'kind' | 'entry'>,
): Promise<void> {
  await store.forgetAttempts(nameOf(kind, entry));
  await store.removeMember(reachedLimits, nameOf(kind, entry));
}
