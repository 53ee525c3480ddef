import { TOTP } from 'otpauth';
import { tia } from './test-brand.ts';

/** Her code at this moment, in milliseconds since the epoch. */
export function codeAt(timestamp: number): string {
  return new TOTP({ secret: tia.codes }).generate({ timestamp });
}
