import { KeyError } from './key-error.ts';
import { parseEncryptionKey } from './encryption-key.ts';

/** Same shape as the configuration's own problems. */
export interface KeysProblem {
  path: readonly (string | number)[];
  message: string;
  fix: string;
  severity: 'error' | 'warning';
}

interface BrandWithKeys {
  clients: readonly {
    encryption?: { key: string } | undefined;
    jwks?: { keys: readonly Record<string, unknown>[] } | undefined;
  }[];
}

/** Every key in a brand's file that cannot or must not be used. */
export function keysCheck(brand: BrandWithKeys): KeysProblem[] {
  return brand.clients.flatMap((client, index) => [
    ...checkEncryptionKey(client.encryption?.key, ['clients', index, 'encryption', 'key']),
    ...(client.jwks?.keys ?? []).flatMap((key, place) =>
      checkClientKey(key, ['clients', index, 'jwks', 'keys', place]),
    ),
  ]);
}

function checkEncryptionKey(key: string | undefined, path: KeysProblem['path']): KeysProblem[] {
  if (key === undefined) return [];
  try {
    parseEncryptionKey(key);
    return [];
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    const fix = 'paste the public key of the platform: JWK, PEM certificate, PEM public key or base64';
    return [{ path, message: error.message, fix, severity: 'error' }];
  }
}

/** A client's own key is there to verify: the private half belongs to the client alone. */
function checkClientKey(key: Record<string, unknown>, path: KeysProblem['path']): KeysProblem[] {
  if (key['d'] === undefined && key['k'] === undefined) return [];
  return [
    {
      path,
      message: 'a private or shared key',
      fix: "paste the client's public key only",
      severity: 'error',
    },
  ];
}
