import { claimsCheck } from '../claims/claims-check.ts';
import type { BrandCheck } from '../config/contract.ts';
import { directoryCheck } from '../directory/directory-check.ts';
import { loginCheck } from '../directory/login-check.ts';
import { keysCheck } from '../keys/keys-check.ts';
import { platformCheck } from '../platform/platform-check.ts';

/** What the other folders know of a brand's configuration, for the loader to report with file and line. */
export const brandChecks: readonly BrandCheck[] = [
  (brand) => claimsCheck(brand).map((problem) => ({ ...problem })),
  (brand) => directoryCheck(brand).map((problem) => ({ ...problem })),
  (brand) => loginCheck(brand).map((problem) => ({ ...problem })),
  (brand) => keysCheck(brand).map((problem) => ({ ...problem })),
  (brand) => platformCheck(brand).map((problem) => ({ ...problem })),
];
