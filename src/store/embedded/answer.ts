import { ParleyError } from '../../errors.ts';

/**
 * SQLite's result codes for causes outside the program: PERM, BUSY, LOCKED, NOMEM, READONLY, IOERR, CORRUPT,
 * FULL, CANTOPEN and NOTADB. The others (wrong SQL, a broken constraint) are mistakes of ours and stay what they are.
 */
const outside = new Set([3, 5, 6, 7, 8, 10, 11, 13, 14, 26]);

/** Database work, or what it becomes, as the promise of the contract. */
export async function answer<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isOutside(error)
      ? new ParleyError('store_unavailable', 'the embedded store failed', { cause: error })
      : error;
  }
}

/** Recognised by code: errors of node:sqlite have no class of their own. */
export function isOutside(error: unknown): boolean {
  const { code, errcode }: { code?: unknown; errcode?: unknown } = Object(error);
  // ERR_INVALID_STATE: the store was closed while a request still ran.
  return code === 'ERR_INVALID_STATE' || (typeof errcode === 'number' && outside.has(errcode & 0xff));
}
