import { compileExpression } from '../claims/compile-expression.ts';
import type { BrandConfig } from '../config/brand-schema.ts';
import type { AccountDirectory } from '../directory/contract.ts';
import { openDirectory } from '../directory/open-directory.ts';
import { withTotpSecret } from '../directory/with-totp-secret.ts';
import type { Log } from '../log.ts';
import { createSignInRecords } from './sign-in-records.ts';
import { totpMemberOf } from './sign-in-ways.ts';
import type { Store } from '../store/contract.ts';
import type { DirectoryWatch } from '../telemetry/contract.ts';

export interface OpenAccountsOptions {
  brand: BrandConfig;
  store: Store;
  log: Log;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Absent: nobody looks. */
  telemetry?: DirectoryWatch;
}

/** A brand's account directory as claims may see it: the secrets of second factors are no part of its records. */
export async function openAccounts(options: OpenAccountsOptions): Promise<AccountDirectory> {
  const { brand, log, now, telemetry } = options;
  const accounts = await openDirectory(brand.accounts, {
    log,
    now,
    signInRecords: createSignInRecords(options),
    compile: (expression) => compileExpression(expression).evaluate,
    ...(telemetry && { watch: telemetry }),
  });
  const totpMember = totpMemberOf(brand);
  return totpMember === undefined ? accounts : withTotpSecret(accounts, totpMember);
}
