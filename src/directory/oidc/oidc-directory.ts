import { ParleyError } from '../../errors.ts';
import type { AccountDirectory } from '../contract.ts';
import type { SignInRecords } from './contract.ts';

/**
 * The accounts that an upstream OpenID Provider has told of: known from their own sign-in, by the claims of that
 * sign-in. Nobody checks a password here, and whoever has never signed in, or not for the life of a record, is not
 * there.
 */
export function createOidcDirectory(records: SignInRecords): AccountDirectory {
  return {
    async findAccount(accountId) {
      const record = await answer(() => records.find(accountId));
      return record && { accountId, record };
    },
    async ping() {
      await answer(() => records.find(''));
    },
    async close() {},
  };
}

async function answer<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new ParleyError('directory_unavailable', 'the records of sign-ins cannot be read', { cause });
  }
}
