import { isAccountId } from '../account-id.ts';
import type { Account } from '../contract.ts';
import { deepFreeze } from '../deep-freeze.ts';
import type { Evaluate } from '../enrich-accounts.ts';
import { unusableAnswer } from '../unusable-answer.ts';
import type { HttpSettings } from './http-settings.ts';

/** From the text of an answer to an account, or to one clear reason why not. */
export interface AccountReader {
  /** Undefined: the account is disabled. Throws ParleyError('directory_unavailable') for anything but this account. */
  readAccount(body: string, accountId: string): Account | undefined;
  /** The id of who signed in; undefined: the API says with a good status that nobody did. */
  readLoginId(body: string): string | undefined;
}

export function createAccountReader(
  settings: Pick<HttpSettings, 'record' | 'id' | 'disabled' | 'login'>,
  compile: (expression: string) => Evaluate,
): AccountReader {
  const recordOf = settings.record === undefined ? undefined : compile(settings.record);
  const idOf = compile(settings.id);
  const isDisabled = settings.disabled === undefined ? undefined : compile(settings.disabled);
  const loginIdOf = compile(settings.login?.id ?? settings.id);

  return {
    readAccount(body, accountId) {
      const answer = parseObject(body);
      const record = recordOf ? evaluate(recordOf, answer, 'record') : answer;
      if (!isObject(record)) throw unusableAnswer('`record` finds no account in the answer');
      // Another account under this id would be another person's data in this consumer's token.
      if (readId(evaluate(idOf, record, 'id')) !== accountId)
        throw unusableAnswer('the account in the answer has another id than the one that was asked for');
      if (isDisabled && readFlag(evaluate(isDisabled, record, 'disabled'))) return undefined;
      return deepFreeze({ accountId, record });
    },
    readLoginId(body) {
      const id = evaluate(loginIdOf, parseObject(body), 'login.id');
      return id === false ? undefined : readId(id);
    },
  };
}

function parseObject(body: string): Record<string, unknown> {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    throw unusableAnswer('the answer is not JSON');
  }
  if (!isObject(answer)) throw unusableAnswer('the answer is JSON, but no object');
  return answer;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function evaluate(expression: Evaluate, over: Record<string, unknown>, name: string): unknown {
  try {
    return expression(over);
  } catch {
    throw unusableAnswer(`\`${name}\` does not fit the answer`);
  }
}

/** Whole numbers are ids too, as far as JavaScript reads them exactly. */
function readId(id: unknown): string {
  const text = Number.isSafeInteger(id) ? String(id) : id;
  if (typeof text !== 'string' || !isAccountId(text))
    throw unusableAnswer('`id` finds no id in the answer: 1 to 255 ASCII characters without blanks');
  return text;
}

/** Anything but true and false is a mistake in the expression, and would let somebody in or keep everybody out. */
function readFlag(flag: unknown): boolean {
  if (typeof flag !== 'boolean') throw unusableAnswer('`disabled` gives neither true nor false');
  return flag;
}
