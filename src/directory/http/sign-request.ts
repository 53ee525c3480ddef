import { createHash, createPrivateKey, type KeyObject, randomUUID } from 'node:crypto';
import { createSigner, httpbis } from 'http-message-signatures';
import type { HttpSigningSettings } from './http-settings.ts';

export interface RequestToSign {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
}

type Algorithm = Parameters<typeof createSigner>[1];

/**
 * HTTP Message Signatures (RFC 9421): covers the method, the whole address and, through its digest (RFC 9530), the
 * body. Each signature says when it was made and has a nonce, so the API can refuse an old or a repeated request.
 *
 * @param now milliseconds since the epoch
 * @throws Error when the key is none, for the start
 */
export function createRequestSigner(
  settings: HttpSigningSettings,
  now: () => number,
): (request: RequestToSign) => Promise<Record<string, string>> {
  const signer = createSigner(...keyOf(settings), settings.key_id);
  return async ({ method, url, headers, body }) => {
    const digest: Record<string, string> =
      body === undefined ? {} : { 'content-digest': contentDigest(body) };
    const signed = await httpbis.signMessage(
      {
        key: signer,
        name: 'parley',
        fields: ['@method', '@target-uri', ...Object.keys(digest)],
        params: ['created', 'keyid', 'alg', 'nonce'],
        paramValues: { created: new Date(now()), nonce: randomUUID() },
      },
      { method, url, headers: { ...headers, ...digest } },
    );
    return {
      ...digest,
      signature: String(signed.headers['Signature']),
      'signature-input': String(signed.headers['Signature-Input']),
    };
  };
}

function contentDigest(body: string): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

function keyOf({ secret, private_key: pem }: HttpSigningSettings): [Buffer | KeyObject, Algorithm] {
  if (secret !== undefined) return [Buffer.from(secret), 'hmac-sha256'];
  const key = createPrivateKey(pem ?? '');
  return [key, algorithmOf(key)];
}

/** The registered algorithms of RFC 9421 section 3.3. */
function algorithmOf(key: KeyObject): Algorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return 'ed25519';
  if (type === 'rsa') return 'rsa-pss-sha512';
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return 'ecdsa-p256-sha256';
  if (type === 'ec' && details?.namedCurve === 'secp384r1') return 'ecdsa-p384-sha384';
  throw new Error('the key must be Ed25519, P-256, P-384 or RSA');
}
