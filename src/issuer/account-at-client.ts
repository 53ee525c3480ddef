import { createHash } from 'node:crypto';

/** The id of a record about one account at one client. Account ids may hold any character; a hash keeps the pair unambiguous. */
export function accountAtClient(accountId: string, clientId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([accountId, clientId]))
    .digest('base64url');
}
