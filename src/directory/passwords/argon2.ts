import { parseOptions, verify } from '@node-rs/argon2';
import { broken } from './decode.ts';
import { checkCost } from './hash-limits.ts';
import type { PasswordFormat } from './password-format.ts';

/** `$argon2id$v=19$m=19456,t=2,p=1$…$…`, and the same for argon2i and argon2d: RFC 9106 in the PHC form. */
export const argon2: PasswordFormat = {
  read(hash) {
    const variant = /^\$(argon2(?:id|i|d))\$/.exec(hash)?.[1];
    if (variant === undefined) return undefined;
    const { memoryCost, timeCost, parallelism, outputLen } = parse(hash);
    checkCost(variant, { memory: memoryCost, argon2Passes: timeCost, argon2Lanes: parallelism });
    if (outputLen < 16) throw broken(variant);
    return {
      cost: `${variant}:${memoryCost}:${timeCost}:${parallelism}`,
      verify: (password) => verify(hash, password),
    };
  },
};

function parse(hash: string): ReturnType<typeof parseOptions> {
  try {
    return parseOptions(hash);
  } catch {
    throw broken('argon2');
  }
}
