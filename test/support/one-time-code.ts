import { TOTP } from 'otpauth';
import { tia } from './test-brand.ts';

/** Her code at this moment, in milliseconds since the epoch. */
export function codeAt(timestamp: number): string {
  return new TOTP({ secret: tia.codes }).generate({ timestamp });
}

/** Her codes of some time steps from this one, which is 0. */
export function codesAround(timestamp: number, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, n) => codeAt(timestamp + (first + n) * 30_000));
}

/** A code that is wrong at this moment and for the next minutes; any that a test names is right once in a million. */
export function wrongCodeAt(timestamp: number): string {
  const right = codesAround(timestamp, -2, 10);
  return ['000000', '111111', '222222'].find((code) => !right.includes(code)) ?? '333333';
}
