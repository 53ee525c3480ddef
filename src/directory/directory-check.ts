import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { FilterParser } from 'ldapts';
import type { AccountsSettings, DirectorySettings } from './accounts-settings.ts';
import { fillPath } from './http/fill-path.ts';
import type { HttpSettings } from './http/http-settings.ts';
import { createRequestSigner } from './http/sign-request.ts';
import type { LdapSettings } from './ldap/ldap-settings.ts';
import { sqlCheck } from './sql/sql-check.ts';

/** Same shape as the configuration's own problems. */
export interface DirectoryProblem {
  path: readonly (string | number)[];
  message: string;
  fix: string;
  severity: 'error' | 'warning';
}

/** Keys, certificates, addresses, filters and statements that cannot be used, found before the first consumer comes. */
export function directoryCheck({ accounts }: { accounts: AccountsSettings }): DirectoryProblem[] {
  return [
    ...checkDirectory(accounts, ['accounts']),
    ...accounts.enrich.flatMap((entry, index) => checkDirectory(entry, ['accounts', 'enrich', index])),
  ];
}

function checkDirectory(directory: DirectorySettings, path: DirectoryProblem['path']): DirectoryProblem[] {
  const { http, ldap, sql } = directory;
  return [
    ...(http ? checkHttp(http, [...path, 'http']) : []),
    ...(ldap ? checkLdap(ldap, [...path, 'ldap']) : []),
    ...(sql ? sqlCheck(sql) : []).map(({ key, ...problem }) => ({ ...problem, path: [...path, 'sql', key] })),
  ];
}

function checkLdap(ldap: LdapSettings, path: DirectoryProblem['path']): DirectoryProblem[] {
  const { filter, disabled, groups, ca } = ldap;
  return [
    ...attempt([...path, 'ca'], authorities, () => readCertificate(ca)),
    ...attempt([...path, 'filter'], ldapFilter, () => parseFilter(filter)),
    ...attempt([...path, 'disabled'], ldapFilter, () => parseFilter(disabled)),
    ...attempt([...path, 'groups', 'filter'], ldapFilter, () => parseFilter(groups?.filter)),
  ];
}

function checkHttp(http: HttpSettings, path: DirectoryProblem['path']): DirectoryProblem[] {
  const { mtls, signed } = http.auth ?? {};
  return [
    ...attempt([...path, 'ca'], authorities, () => readCertificate(http.ca)),
    ...attempt([...path, 'find'], pathOfAccount, () => tryPath(http)),
    ...attempt([...path, 'auth', 'mtls'], certificate, () => {
      if (mtls) createSecureContext(mtls);
    }),
    ...attempt([...path, 'auth', 'signed', 'private_key'], privateKey, () => {
      if (signed?.private_key === undefined) return;
      createPrivateKey(signed.private_key);
      createRequestSigner(signed, Date.now);
    }),
  ];
}

/** A character that an address spells otherwise would make every account one that cannot be asked for. */
function tryPath({ url, find }: HttpSettings): void {
  const base = URL.parse(url)?.href.replace(/\/$/, '');
  if (base !== undefined && !fillPath(base, find, { id: 'a' })) throw new Error('changes');
}

function parseFilter(text: string | undefined): unknown {
  return text === undefined ? undefined : FilterParser.parseString(text);
}

function readCertificate(pem: string | undefined): unknown {
  return pem === undefined ? undefined : new X509Certificate(pem);
}

const authorities = ['is no certificate in PEM', 'write ${file:…} with the path of a PEM file'] as const;
const pathOfAccount = [
  'is spelled in a way that addresses do not keep',
  'write it without quotes, brackets, backslashes, .. and the like',
] as const;
const certificate = [
  'is no certificate with its key',
  'give the PEM of a certificate and of the key that belongs to it',
] as const;
const ldapFilter = ['is no filter', 'write it as RFC 4515 has it: (objectClass=person)'] as const;
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
