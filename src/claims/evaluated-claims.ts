import type { Expression } from './compile-expression.ts';
import { prune } from './json-copy.ts';

type AccountRecord = Readonly<Record<string, unknown>>;

/**
 * What expressions give for a record. A record never changes, and a directory hands the same one out for a while: each
 * expression is evaluated once for it. What fails is tried, and told, each time.
 *
 * @throws what the expression throws
 */
export type EvaluateClaim = (expression: Expression, record: AccountRecord) => unknown;

export function createEvaluateClaim(): EvaluateClaim {
  const known = new WeakMap<AccountRecord, Map<Expression, unknown>>();
  return (expression, record) => {
    const values = known.get(record) ?? new Map<Expression, unknown>();
    if (values.has(expression)) return values.get(expression);
    const value = prune(expression.evaluate(record));
    values.set(expression, value);
    known.set(record, values);
    return value;
  };
}
