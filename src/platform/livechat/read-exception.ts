import { z } from 'zod';
import type { VendorAnswer } from '../broker/vendor-answer.ts';
import { VendorError } from '../broker/vendor-error.ts';

/** `{ "oauth_exception" | "identity_exception": code, "exception_description": … }`, with any status, 200 too. */
const exceptionSchema = z.union([
  z.looseObject({ oauth_exception: z.string() }).transform((body) => body.oauth_exception),
  z.looseObject({ identity_exception: z.string() }).transform((body) => body.identity_exception),
]);

/** A code of LiveChat's, short and plain enough for a log line; undefined when there is none. */
export function findException({ body }: VendorAnswer): string | undefined {
  const parsed = exceptionSchema.safeParse(body);
  if (!parsed.success) return undefined;
  return /^[a-z_]{1,60}$/.test(parsed.data) ? parsed.data : 'unknown';
}

/** A refusal that is not about one of our tokens, in the log's words. */
export function toRefusal(answer: VendorAnswer, what: string): VendorError {
  const code = findException(answer) ?? 'no code';
  const detail = `${what}: LiveChat answered ${answer.status} (${code})`;
  if (code === 'temporarily_unavailable' || code === 'server_error')
    return new VendorError('unavailable', detail, { maybeDone: true });
  if (code === 'too_many_requests')
    return new VendorError('unavailable', detail, { retryAfter: 30, isLimit: true });
  return new VendorError('failed', detail);
}
