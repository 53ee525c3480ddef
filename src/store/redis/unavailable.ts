import { ParleyError } from '../../errors.ts';

/**
 * Whatever the client library rejects with, as our error. The original is not kept as a cause: it carries the
 * command with its arguments, which are codes, payloads and, while signing in to Redis, the password.
 */
export function asUnavailable(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  return new ParleyError('store_unavailable', `Redis did not answer: ${reasonOf(error)}`);
}

/** A word or two for the log, free of arguments. */
export function reasonOf(error: unknown): string {
  const { code, message, name }: { code?: unknown; message?: unknown; name?: unknown } = Object(error);
  if (typeof code === 'string') return code;
  if (typeof message !== 'string') return 'unknown';
  if (name === 'MaxRetriesPerRequestError' || message === 'Connection is closed.') return 'connection lost';
  if (message === 'Command timed out') return 'timed out';
  if (message.startsWith("Stream isn't writeable")) return 'not connected';
  // Redis's own replies start with a code (READONLY, OOM, WRONGPASS); what follows may repeat the arguments.
  return /^[A-Z]{2,}/.exec(message)?.[0] ?? 'connection failed';
}
