import { expect, test } from '@jest/globals';
import { createTemporaryConfig, goodBrand, headline } from './temporary-config.ts';

/** What the operator reads about an admin interface that would let the wrong ones in. */

const resource = 'https://admin.acme.example';
const caller = `  - id: ops
    secret: a-secret-of-good-length
    grants: [client-credentials]
`;
const resources = `resources:
  ${resource}: { scopes: [admin:read, admin:write], format: opaque }
`;
const right = goodBrand + caller + resources;
const oauth = `admin: { oauth: { brand: acme, resource: "${resource}", clients: [ops] } }\n`;

async function linesOf(server: string, brand = right): Promise<string[]> {
  const config = await createTemporaryConfig({
    'config/brands/acme.yaml': brand,
    'config/server.yaml': server,
    'tls/cert.pem': 'certificate',
    'tls/key.pem': 'key',
  });
  try {
    return (await config.problems({})).map(headline);
  } finally {
    await config.remove();
  }
}

test('one that is right has no problem', async () => {
  expect(await linesOf(oauth)).toEqual([]);
});

const clients = `server.yaml admin.oauth.clients: ops is no client of acme that speaks for itself alone`;
test.each([
  ['nobody may call', 'admin: {}\n', right, ['server.yaml:1:1 admin: lets nobody in']],
  [
    'an address that others reach, without TLS',
    oauth.replace('{ oauth', '{ host: 0.0.0.0, oauth'),
    right,
    ['server.yaml:1:10 admin.host: is not loopback, and tls is missing'],
  ],
  [
    "the server's own port",
    oauth.replace('{ oauth', '{ port: 3000, oauth'),
    right,
    ["server.yaml:1:10 admin.port: is the server's own port"],
  ],
  [
    'certificates without TLS and without their file',
    'admin: { certificates: { ca: ca.pem, callers: { ops: [admin:read] } } }\n',
    right,
    [
      'server.yaml:1:10 admin.certificates: need tls',
      'server.yaml:1:26 admin.certificates.ca: names no file',
    ],
  ],
  [
    'a scope that there is not',
    'admin: { tls: { cert: tls/cert.pem, key: tls/key.pem }, certificates: { ca: tls/cert.pem, callers: { ops: [admin] } } }\n',
    right,
    ['server.yaml:1:108 admin.certificates.callers.ops[0]: must be one of admin:read, admin:write'],
  ],
  [
    'a brand that there is not',
    oauth.replace('acme, ', 'zeta, '),
    right,
    ['server.yaml admin.oauth.brand: names no brand'],
  ],
  [
    'a resource without the scopes',
    oauth,
    goodBrand + caller,
    ['server.yaml admin.oauth.resource: is no resource of acme with opaque tokens and the scopes of admin'],
  ],
  ['a caller that is not there', oauth, goodBrand + resources, [clients]],
  [
    'a caller that consumers sign in to',
    oauth,
    right.replace('grants:', 'redirect_uris: ["https://ops.acme.example/"]\n    grants:'),
    [clients],
  ],
])('%s', async (_, server, brand, expected) => {
  expect(await linesOf(server, brand)).toEqual(expected);
});
