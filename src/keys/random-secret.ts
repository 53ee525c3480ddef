import { randomBytes } from 'node:crypto';

/** 256 bits, in letters that need no quoting in files, variables and headers. */
export function createRandomSecret(random: (size: number) => Buffer = randomBytes): string {
  return random(32).toString('base64url');
}
