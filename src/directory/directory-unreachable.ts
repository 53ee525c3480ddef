import { ParleyError } from '../errors.ts';

/**
 * `directory_unavailable` because nothing answered, or not in time: asking again may help, and many of these in a row
 * mean that the directory is down. An answer that cannot be used (a duplicate account, a wrong shape) is the plain
 * ParleyError instead: one odd account must not close the directory to everybody.
 */
export class DirectoryUnreachable extends ParleyError {
  /** @param detail for the operator's log: no secret, no upstream body */
  constructor(detail: string, cause?: unknown) {
    super('directory_unavailable', detail, { cause });
  }
}
