import { BusyError, ResultCodeError, TimeLimitExceededError, UnavailableError } from 'ldapts';
import { ParleyError } from '../../errors.ts';
import { DirectoryUnreachable } from '../directory-unreachable.ts';
import { unusableAnswer } from '../unusable-answer.ts';

/**
 * An LDAP failure in the directory's words. The server's own diagnostic text stays out: it may quote names and filters.
 * A result code is an answer; everything else is a connection that is not there.
 */
export function toDirectoryError(error: unknown, what: string): Error {
  if (error instanceof ParleyError) return error;
  if (!(error instanceof ResultCodeError))
    return new DirectoryUnreachable(`LDAP ${what}: ${reasonOf(error)}`);
  const reason = `LDAP ${what}: the server says ${error.name} (${error.code})`;
  return saysNotNow(error) ? new DirectoryUnreachable(reason) : unusableAnswer(reason);
}

function saysNotNow(error: ResultCodeError): boolean {
  return [BusyError, UnavailableError, TimeLimitExceededError].some((kind) => error instanceof kind);
}

/** Node's code where there is one (ECONNREFUSED, CERT_HAS_EXPIRED); the library's own words have no secret, but are long. */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'no answer';
  const { code, errors } = error as { code?: unknown; errors?: readonly { code?: unknown }[] };
  const known = [code, ...(errors ?? []).map((one) => one.code)].find((one) => typeof one === 'string');
  return known === undefined ? 'no answer in time, or a connection that broke' : `no answer (${known})`;
}
