import { KeyError } from './key-error.ts';
import type { KeySet } from './key-set.ts';
import type { Signer } from './signer.ts';

/** Of keys whose private halves are elsewhere somebody must be named who has them. @throws KeyError */
export function checkHolder({ jwks, file }: Pick<KeySet, 'jwks' | 'file'>, signer: Signer | undefined): void {
  const held = jwks.keys.find(({ d }) => d === undefined);
  if (held && !signer)
    throw new KeyError(
      'unusable',
      `${file} has the public half of the key ${held.kid} alone: set keys.agent in the brand's file to the socket of the agent that has the other`,
    );
}
