import { compileExpression } from './compile-expression.ts';
import { reasonOf } from './evaluation-reason.ts';

/** What a template makes of a record; `problem` tells an operator why there is no subject, and no value of it. */
export type SubjectOutcome = { subject: string } | { problem: string };

export type SubjectTemplate = (record: Readonly<Record<string, unknown>>) => SubjectOutcome;

/** OpenID Connect Core 2: at most 255 ASCII characters; no blanks and control characters, which get lost in logs. */
const form = /^[\x21-\x7E]{1,255}$/;

/**
 * A `sub` out of the account's record, so that the one by which a platform knows the consumer already survives.
 * A number is refused and not written out: 007 and 7 would be one consumer, and large ones would be rounded.
 *
 * @throws ExpressionError for an expression that does not parse: `claimsCheck` says it with its place
 */
export function compileSubject(source: string): SubjectTemplate {
  const expression = compileExpression(source);
  return (record) => {
    let value: unknown;
    try {
      value = expression.evaluate(record);
    } catch (error) {
      return { problem: reasonOf(error) };
    }
    if (value === null || value === undefined || value === '') return { problem: 'the record has no value' };
    if (typeof value !== 'string')
      return { problem: `the value is no text (${typeof value}): use to_string()` };
    if (!form.test(value)) return { problem: 'the value is not 1 to 255 ASCII characters without blanks' };
    return { subject: value };
  };
}
