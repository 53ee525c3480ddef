import { readCertificate } from './certificates.ts';
import { parseEncryptionKey } from './encryption-key.ts';
import { KeyError } from './key-error.ts';
import { parseSigningFile } from './signing-file.ts';

/** Same shape as the configuration's own problems. */
export interface KeysProblem {
  path: readonly (string | number)[];
  message: string;
  fix: string;
  severity: 'error' | 'warning';
}

interface BrandWithKeys {
  keys: { set?: string | undefined; certificates: readonly string[] };
  clients: readonly {
    encryption?: { key: string } | undefined;
    jwks?: { keys: readonly Record<string, unknown>[] } | undefined;
  }[];
}

/** Every key in a brand's file that cannot or must not be used. */
export function keysCheck(brand: BrandWithKeys): KeysProblem[] {
  const { set, certificates } = brand.keys;
  return [
    ...(set === undefined ? [] : usable(['keys', 'set'], setFix, () => parseSigningFile(set, 'it'))),
    ...certificates.flatMap((file, index) =>
      usable(['keys', 'certificates', index], certificateFix, () => readCertificate(file)),
    ),
    ...brand.clients.flatMap((client, index) => checkClient(client, ['clients', index])),
  ];
}

const setFix = 'give it the content of a signing.json that `npx parley keys create` made';
const certificateFix = "write the path of a PEM file: the key's own certificate, then those that issued it";
const encryptionFix = 'paste the public key of the platform: JWK, PEM certificate, PEM public key or base64';

function checkClient(
  { encryption, jwks }: BrandWithKeys['clients'][number],
  path: KeysProblem['path'],
): KeysProblem[] {
  return [
    ...(encryption === undefined
      ? []
      : usable([...path, 'encryption', 'key'], encryptionFix, () => parseEncryptionKey(encryption.key))),
    ...(jwks?.keys ?? []).flatMap((key, place) => checkClientKey(key, [...path, 'jwks', 'keys', place])),
  ];
}

/** @param parse throws KeyError, which says what is wrong */
function usable(path: KeysProblem['path'], fix: string, parse: () => unknown): KeysProblem[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
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
