import type { z } from 'zod';
import type { ConfigPath, Problem } from '../contract.ts';
import { error } from '../problem.ts';
import type { ldapSchema } from '../schema/directories/ldap-schema.ts';
import { hasCredentials, isLoopbackHost } from '../web-address.ts';

type LdapConfig = z.output<typeof ldapSchema>;

/** `accounts.ldap` can be asked, no password crosses a network in the open, and none gets into a record. */
export function checkLdapDirectory(ldap: LdapConfig, path: ConfigPath): Problem[] {
  return [
    ...checkUrl(ldap, path),
    ...checkLogin(ldap, path),
    ...checkGroups(ldap, path),
    ...checkAttributes(ldap, path),
  ];
}

function checkUrl({ url: text, start_tls }: LdapConfig, path: ConfigPath): Problem[] {
  const url = URL.parse(text);
  const at = [...path, 'url'];
  if (!url || !['ldap:', 'ldaps:'].includes(url.protocol) || url.hostname === '')
    return [error(at, 'is no LDAP address', 'write ldaps://ldap.acme.example')];
  if (hasCredentials(url)) return [error(at, 'carries a password', 'write bind: { dn, password }')];
  if (url.search || url.hash || !['', '/'].includes(url.pathname))
    return [error(at, 'must end with its port', 'remove what follows, and write base and filter')];
  if (url.protocol === 'ldaps:' && start_tls)
    return [error([...path, 'start_tls'], 'has no place with ldaps://', 'remove it')];
  if (url.protocol === 'ldap:' && !start_tls && !isLoopbackHost(url.hostname))
    return [error(at, 'would send passwords in the open', 'write ldaps://…, or add start_tls: true')];
  return [];
}

function checkLogin({ login }: LdapConfig, path: ConfigPath): Problem[] {
  if (!login || (login.attributes === undefined) !== (login.rdn === undefined)) return [];
  return [error([...path, 'login'], 'must say one way', 'write attributes: [uid, mail], or rdn: uid')];
}

function checkGroups({ groups }: LdapConfig, path: ConfigPath): Problem[] {
  if (!groups || (groups.attribute === undefined) !== (groups.base === undefined)) return [];
  return [error([...path, 'groups'], 'must say one way', 'write attribute: memberOf, or base: ou=groups,…')];
}

/** What servers keep passwords in, and hashes of them. */
const secretAttributes: ReadonlySet<string> = new Set([
  'userpassword',
  'authpassword',
  'pwdhistory',
  'krbprincipalkey',
  'unicodepwd',
  'dbcspwd',
  'ntpwdhistory',
  'lmpwdhistory',
  'supplementalcredentials',
  'sambantpassword',
  'sambalmpassword',
  'sambapasswordhistory',
]);

function checkAttributes({ attributes }: LdapConfig, path: ConfigPath): Problem[] {
  return Object.entries(attributes).flatMap(([name, attribute]) => {
    const at = [...path, 'attributes', name];
    if (secretAttributes.has(attribute.replace(/\[\]$/, '').toLowerCase()))
      return [error(at, 'would put passwords into records', 'remove it')];
    if (name === 'id' || name === 'groups')
      return [error(at, 'is a member that Parley itself writes', 'use another name')];
    return [];
  });
}
