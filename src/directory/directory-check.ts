import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { AccountsSettings, DirectorySettings } from './accounts-settings.ts';
import { createRequestSigner } from './http/sign-request.ts';

/** Same shape as the configuration's own problems. */
export interface DirectoryProblem {
  path: readonly (string | number)[];
  message: string;
  fix: string;
  severity: 'error';
}

/** Keys and certificates that no connection could use, found before the first consumer comes. */
export function directoryCheck({ accounts }: { accounts: AccountsSettings }): DirectoryProblem[] {
  return [
    ...checkDirectory(accounts, ['accounts']),
    ...accounts.enrich.flatMap((entry, index) => checkDirectory(entry, ['accounts', 'enrich', index])),
  ];
}

function checkDirectory({ http }: DirectorySettings, path: DirectoryProblem['path']): DirectoryProblem[] {
  const { mtls, signed } = http?.auth ?? {};
  return [
    ...attempt([...path, 'http', 'ca'], authorities, () =>
      http?.ca === undefined ? undefined : new X509Certificate(http.ca),
    ),
    ...attempt([...path, 'http', 'auth', 'mtls'], certificate, () => {
      if (mtls) createSecureContext(mtls);
    }),
    ...attempt([...path, 'http', 'auth', 'signed', 'private_key'], privateKey, () => {
      if (signed?.private_key === undefined) return;
      createPrivateKey(signed.private_key);
      createRequestSigner(signed, Date.now);
    }),
  ];
}

const authorities = ['is no certificate in PEM', 'write ${file:…} with the path of a PEM file'] as const;
const certificate = [
  'is no certificate with its key',
  'give the PEM of a certificate and of the key that belongs to it',
] as const;
const privateKey = [
  'is no private key that can sign',
  'give the PEM of an Ed25519, P-256, P-384 or RSA key without a password',
] as const;

function attempt(
  path: DirectoryProblem['path'],
  [message, fix]: readonly [string, string],
  read: () => unknown,
): DirectoryProblem[] {
  try {
    read();
    return [];
  } catch {
    return [{ path, message, fix, severity: 'error' }];
  }
}
