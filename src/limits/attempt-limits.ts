import type { AuditLog, CommonFacts } from '../audit/audit-log.ts';
import type { LimitsConfig } from '../config/schema/limits-schema.ts';
import type { Attempts, BrandStore } from '../store/contract.ts';
import { limitKinds, type LimitKind, ruleOf } from './limit-kinds.ts';
import { reachedLimits, nameOf } from './reached-limits.ts';

export type { Attempts } from '../store/contract.ts';

/** One brand's limits of attempts, the same for all processes that share its store. */
export interface AttemptLimits {
  /** Counts an attempt before it is made, or says how long to wait and counts nothing. */
  take(kind: LimitKind, entry: string, facts: CommonFacts): Promise<Attempts & { admitted: boolean }>;
  /** An attempt that was right, or that nobody could check. */
  giveBack(kind: LimitKind, entry: string): Promise<void>;
  find(kind: LimitKind, entry: string): Promise<Attempts>;
  forget(kind: LimitKind, entry: string): Promise<void>;
}

export interface AttemptLimitsOptions {
  store: Pick<BrandStore, 'takeAttempt' | 'returnAttempt' | 'findAttempts' | 'forgetAttempts' | 'addMember'>;
  settings: LimitsConfig;
  audit: AuditLog;
}

export function createAttemptLimits({ store, settings, audit }: AttemptLimitsOptions): AttemptLimits {
  return {
    async take(kind, entry, facts) {
      const outcome = await store.takeAttempt(nameOf(kind, entry), ruleOf(kind, settings));
      // Each wait begins with an attempt that was admitted: one line and one entry for the operator, not one per refusal.
      if (outcome.admitted && outcome.wait > 0) {
        const { count: attempts, wait } = outcome;
        await store.addMember(reachedLimits, nameOf(kind, entry), 2 * limitKinds[kind].span);
        audit.record('limit.reached', { ...facts, limit: kind, attempts, wait });
      }
      return outcome;
    },
    giveBack: (kind, entry) => store.returnAttempt(nameOf(kind, entry)),
    find: (kind, entry) => store.findAttempts(nameOf(kind, entry), ruleOf(kind, settings)),
    forget: (kind, entry) => store.forgetAttempts(nameOf(kind, entry)),
  };
}
