import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exportJWK, SignJWT } from 'jose';
import { goBack, goToBrand, loginPage, postBack } from '../support/brand-login.ts';
import { brandIssuer } from '../support/brand-signer.ts';
import { root } from '../support/documentation.ts';
import { findFreePort } from '../support/free-port.ts';
import { authorizationUrl, authorizeSilently, postAsClient } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

/** What docs/connect shows a brand's engineer, run as it stands there. */

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let parley: RunningParley;
beforeAll(async () => {
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'brand-1', alg: 'ES256', use: 'sig' }] };
  const verify = { issuer: brandIssuer, jwks };
  const server = { id: 'order-service', secret: secrets.web, grants: ['jwt-bearer'], scopes: ['account'] };
  parley = await startParley({
    port: await findFreePort(),
    brands: [
      testBrand({
        login: [{ brand: { url: loginPage, verify } }, { assertion: { verify } }],
        clients: [...testClients(), server],
      }),
    ],
  });
});
afterAll(() => parley.stop());

const AsyncFunction = (async () => {}).constructor as new (
  ...words: string[]
) => (...values: unknown[]) => Promise<Record<string, string>>;

/** The page's script, with this issuer for the one in it, and what it takes for granted. */
function runSnippet(page: string, known: Record<string, unknown>, wanted: string) {
  const text = readFileSync(join(root, 'docs/connect', page), 'utf8');
  const [, snippet = ''] = /```js\n([\s\S]*?)```/.exec(text) ?? [];
  const body = snippet
    .replace("import { SignJWT } from 'jose';", '')
    .replaceAll('https://id.acme.example', parley.issuer);
  const given = { SignJWT, privateKey, ...known };
  return new AsyncFunction(...Object.keys(given), `${body}\nreturn { ${wanted} };`)(...Object.values(given));
}

const now = () => Math.floor(Date.now() / 1000);

test('brand-login.md signs a consumer in, and back-channel.md signs that consumer out', async () => {
  const visitor = new Visitor();
  const request = await goToBrand(visitor, authorizationUrl(webClient(parley)));
  const session = { accountId: dana.sub, signedInAt: now(), endsAt: now() + 600 };
  const { assertion = '' } = await runSnippet('brand-login.md', { request, session }, 'assertion');
  const posted = await postBack(request.return_to, { assertion });
  const { url } = await goBack(visitor, request.return_to, posted);
  expect(url.searchParams.get('code')).toBeTruthy();

  await runSnippet('back-channel.md', { accountId: dana.sub }, '');
  const silent = await authorizeSilently(visitor, authorizationUrl(webClient(parley)));
  expect(silent.get('error')).toBe('login_required');
});

test("back-ends.md's request gets tokens", async () => {
  const text = readFileSync(join(root, 'docs/connect/back-ends.md'), 'utf8');
  const grant = /grant_type=(\S+)/.exec(text)?.[1] ?? '';
  const scope = /scope='([^']+)'/.exec(text)?.[1] ?? '';
  const assertion = await new SignJWT({ channel: 'back' })
    .setProtectedHeader({ alg: 'ES256', kid: 'brand-1', typ: 'parley-login+jwt' })
    .setIssuer(brandIssuer)
    .setAudience(parley.issuer)
    .setSubject('c-sam-9Xw4')
    .setIssuedAt()
    .setExpirationTime('60 s')
    .setJti(crypto.randomUUID())
    .sign(privateKey);
  const client = { issuer: parley.issuer, clientId: 'order-service', secret: secrets.web, redirectUri: '' };
  const { status, body } = await postAsClient(client, '/token', { grant_type: grant, scope, assertion });
  expect([status, body['scope']]).toEqual([200, scope]);
});
