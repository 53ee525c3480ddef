import { ParleyError } from '../errors.ts';

/**
 * The directory answered, but nothing that may be used: rather no account than a half one.
 *
 * @param reason for the operator: what was expected; never the answer itself
 */
export function unusableAnswer(reason: string): ParleyError {
  return new ParleyError('directory_unavailable', reason);
}
