import { describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { brandWith, createTemporaryConfig, headline } from './temporary-config.ts';

const fileLine = '  file: { path: accounts.yaml }\n';

/** What the operator reads about a good brand with other lines under `accounts`. */
async function linesOf(accounts: string): Promise<string[]> {
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brandWith(fileLine, accounts) });
  try {
    return (await config.problems({}, brandChecks)).map(headline);
  } finally {
    await config.remove();
  }
}

const enrich = (entry: string): string => `${fileLine}  enrich:\n    - ${entry}\n`;

/** With a way to check passwords, where the entry has none of its own. */
const http = (entry: string): string =>
  `  http: ${entry.includes('login:') ? entry : entry.replace('{ ', '{ login: { path: /s }, ')}\n`;
const ldap = (keys: string): string =>
  `  ldap: { base: "ou=people,dc=acme", ${keys.includes('login:') ? '' : 'login: { rdn: uid }, '}${keys} }\n`;
const unproved = 'warning: does not prove to the API who is asking';

describe('accounts', () => {
  test.each([
    ['no directory', '  enrich: []\n', 'accounts: names no directory'],
    ['a file that is missing', '  file: { path: none.yaml }\n', 'accounts.file.path: names no file'],
    [
      'a file of a name that none can have',
      '  file: { path: "a\\0b.yaml" }\n',
      'accounts.file.path: names no file',
    ],
    [
      'a file of too long a name',
      `  file: { path: ${'x'.repeat(300)}.yaml }\n`,
      'accounts.file.path: names no file',
    ],
    [
      'an enrichment without a directory',
      enrich('{ as: billing }'),
      'accounts.enrich[0]: names no directory',
    ],
    [
      'an enrichment whose file is missing',
      enrich('{ file: { path: none.yaml }, as: billing }'),
      'accounts.enrich[0].file.path: names no file',
    ],
    [
      'an enrichment that no claim can name',
      enrich('{ file: { path: accounts.yaml }, as: billing-data }'),
      'accounts.enrich[0].as: has the wrong form',
    ],
    [
      'two enrichments of one name',
      `${enrich('{ file: { path: accounts.yaml }, as: more }')}    - { file: { path: accounts.yaml }, as: more }\n`,
      'accounts.enrich[1].as: another enrichment has this name',
    ],
    [
      'a key that is no expression',
      enrich('{ file: { path: accounts.yaml }, as: more, by: "a..b" }'),
      'accounts.enrich[0].by: not a JMESPath expression',
    ],
    [
      'a join by an address that anybody can claim',
      enrich('{ file: { path: accounts.yaml }, as: more, by: contact.email }'),
      'accounts.enrich[0].by: warning: joins two directories by an e-mail address',
    ],
    ['an API in the open', http('{ url: http://accounts.acme.example }'), 'accounts.http.url: must be https'],
    [
      'an API with a password in its address',
      http('{ url: https://a:b@accounts.acme.example }'),
      'accounts.http.url: carries a password',
    ],
    [
      'an API whose address goes on',
      http('{ url: https://accounts.acme.example/?a=1 }'),
      'accounts.http.url: must end with its path',
    ],
    ['an API that is none', http('{ url: accounts }'), 'accounts.http.url: is no address'],
    [
      'a path without an id',
      http('{ url: https://a.example, find: /accounts }'),
      'accounts.http.find: must contain {id} once',
    ],
    [
      'a path of two names',
      http('{ url: https://a.example, find: "/{id}/{name}" }'),
      'accounts.http.find: must contain {id} once',
    ],
    [
      'a path that is none',
      http('{ url: https://a.example, find: "accounts/{id}" }'),
      'accounts.http.find: has the wrong form',
    ],
    [
      'a login without a password',
      http('{ url: https://a.example, login: { path: /s, body: { user: "{login}" } } }'),
      'accounts.http.login.body: sends no {password}',
    ],
    [
      'two ways to prove oneself',
      http('{ url: https://a.example, auth: { bearer: a, basic: { user: a, password: b } } }'),
      'accounts.http.auth: must name one way',
    ],
    [
      'no way to prove oneself',
      http('{ url: https://a.example, auth: {} }'),
      'accounts.http.auth: must name one way',
    ],
    [
      'a signature without a key',
      http('{ url: https://a.example, auth: { signed: { key_id: a } } }'),
      'accounts.http.auth.signed: must have one key',
    ],
    [
      'a short secret',
      http(`{ url: https://a.example, auth: { signed: { key_id: a, secret: short } } }`),
      'accounts.http.auth.signed.secret: ',
    ],
    [
      'a key that is none',
      http('{ url: https://a.example, auth: { signed: { key_id: a, private_key: none } } }'),
      'accounts.http.auth.signed.private_key: is no private key that can sign',
    ],
    [
      'a certificate that is none',
      http('{ url: https://a.example, auth: { mtls: { cert: a, key: b } } }'),
      'accounts.http.auth.mtls: is no certificate with its key',
    ],
    [
      'an authority that is none',
      http('{ url: https://a.example, ca: none }'),
      'accounts.http.ca: is no certificate in PEM',
    ],
    [
      'an expression that is none',
      http('{ url: https://a.example, disabled: "status = 1" }'),
      'accounts.http.disabled: not a JMESPath expression',
    ],
    [
      'LDAP in the open',
      ldap('url: ldap://ldap.acme.example'),
      'accounts.ldap.url: would send passwords in the open',
    ],
    [
      'an LDAP address that is none',
      ldap('url: https://ldap.acme.example'),
      'accounts.ldap.url: is no LDAP address',
    ],
    [
      'an LDAP address with a search',
      ldap('url: ldaps://a.example/dc=a?uid'),
      'accounts.ldap.url: must end with its port',
    ],
    [
      'an LDAP address with a password',
      ldap('url: ldaps://a:b@a.example'),
      'accounts.ldap.url: carries a password',
    ],
    [
      'StartTLS inside TLS',
      ldap('url: ldaps://a.example, start_tls: true'),
      'accounts.ldap.start_tls: has no place with ldaps://',
    ],
    [
      'a base that is none',
      '  ldap: { url: ldaps://a.example, base: people, login: { rdn: uid } }\n',
      'accounts.ldap.base: has the wrong form',
    ],
    [
      'two ways to find a login',
      ldap('url: ldaps://a.example, login: { attributes: [uid], rdn: uid }'),
      'accounts.ldap.login: must say one way',
    ],
    [
      'no way to find a login',
      ldap('url: ldaps://a.example, login: {}'),
      'accounts.ldap.login: must say one way',
    ],
    [
      'two places of groups',
      ldap('url: ldaps://a.example, groups: { attribute: memberOf, base: "dc=a" }'),
      'accounts.ldap.groups: must say one way',
    ],
    [
      'a filter that is none',
      ldap('url: ldaps://a.example, filter: "(uid=a"'),
      'accounts.ldap.filter: is no filter',
    ],
    [
      'a filter of the disabled that is none',
      ldap('url: ldaps://a.example, disabled: "closed"'),
      'accounts.ldap.disabled: is no filter',
    ],
    [
      'a password in the record',
      ldap('url: ldaps://a.example, attributes: { p: userPassword }'),
      'accounts.ldap.attributes.p: would put passwords into records',
    ],
    [
      'an attribute in place of the id',
      ldap('url: ldaps://a.example, attributes: { id: uid }'),
      'accounts.ldap.attributes.id: is a member that Parley itself writes',
    ],
    [
      'an attribute that is none',
      ldap('url: ldaps://a.example, attributes: { a: "mail[0]" }'),
      'accounts.ldap.attributes.a: has the wrong form',
    ],
    [
      'a path that addresses spell otherwise',
      http('{ url: https://a.example, find: "/a/../{id}" }'),
      'accounts.http.find: is spelled in a way that addresses do not keep',
    ],
    [
      'a header that is not theirs',
      http('{ url: https://a.example, headers: { Authorization: x } }'),
      'accounts.http.headers.Authorization: is a header that Parley writes',
    ],
    [
      'a token with more than a token in it',
      http('{ url: https://a.example, auth: { bearer: "Bearer x" } }'),
      'accounts.http.auth.bearer: has the wrong form',
    ],
    [
      'an enrichment in the open',
      enrich('{ http: { url: http://a.example }, as: more }'),
      'accounts.enrich[0].http.url: must be https',
    ],
  ])('%s', async (_, accounts, expected) => {
    expect((await linesOf(accounts)).filter((line) => !line.includes(unproved))).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  test.each([
    ['http', '  http: { url: https://a.example, auth: { bearer: a } }\n'],
    ['ldap', '  ldap: { url: ldaps://a.example, base: dc=acme }\n'],
  ])('%s that can check no password does not go with the page that asks for one', async (kind, accounts) => {
    expect(await linesOf(accounts)).toEqual([
      expect.stringContaining(`accounts.${kind}: can check no password`),
    ]);
  });

  test('a certificate is never shown over http', async () => {
    const lines = await linesOf(http('{ url: http://localhost:8080, auth: { mtls: { cert: a, key: b } } }'));
    expect(lines.join()).toContain('accounts.http.auth.mtls: shows no certificate over http');
  });

  test('an API that asks nobody who they are gets a warning, unless it is on this machine', async () => {
    expect(await linesOf(http('{ url: https://a.example }'))).toEqual([expect.stringContaining(unproved)]);
    expect(await linesOf(http('{ url: http://localhost:8080 }'))).toEqual([]);
  });

  test('an enrichment by an id, or by a verified address, is right', async () => {
    const byId = enrich('{ file: { path: accounts.yaml }, as: more, by: account.number }');
    expect(await linesOf(byId)).toEqual([]);
    const byAddress = enrich('{ file: { path: accounts.yaml }, as: more, by: email_verified && email }');
    expect(await linesOf(byAddress)).toEqual([]);
  });
});
