import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { ExternalSigningKey, type JWKS } from 'oidc-provider';
import { publicKeyObject } from '../keys/public-key.ts';
import type { IssuerOptions } from './issuer-options.ts';
import type { Signer } from '../keys/signer.ts';
import { inProtocolErrors } from './protocol-error.ts';

/** The keys as the library takes them: a private half, or somebody who signs. */
export function toProviderKeys({ jwks, signer }: Pick<IssuerOptions, 'jwks' | 'signer'>): JWKS['keys'] {
  return jwks.keys.map((jwk) => (jwk.d === undefined && signer ? new HeldKey(jwk, signer) : jwk));
}

/** Whether a signature may be had now, as far as another one gives it. */
export function createSignerCheck({
  jwks,
  signer,
}: Pick<IssuerOptions, 'jwks' | 'signer'>): () => Promise<void> {
  const signing = new Map([...jwks.keys].toReversed().map((jwk) => [jwk.alg, jwk]));
  const isHeld = [...signing.values()].some(({ d }) => d === undefined);
  return async () => {
    if (isHeld) await signer?.check();
  };
}

/** A signing key whose private half somebody else holds. */
class HeldKey extends ExternalSigningKey {
  readonly #jwk: JWK;
  readonly #signer: Signer;
  readonly #key: KeyObject;

  constructor(jwk: JWK, signer: Signer) {
    super();
    this.#jwk = jwk;
    this.#signer = signer;
    this.#key = publicKeyObject(jwk);
  }

  override get kid(): string | undefined {
    return this.#jwk.kid;
  }

  override get alg(): string | undefined {
    return this.#jwk.alg;
  }

  override get x5c(): string[] | undefined {
    return this.#jwk.x5c;
  }

  override keyObject(): KeyObject {
    return this.#key;
  }

  override sign(data: Uint8Array): Promise<Uint8Array> {
    return inProtocolErrors(() => this.#signer.sign(this.#jwk, data));
  }
}
