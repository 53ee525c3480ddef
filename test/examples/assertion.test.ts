import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWith } from '../support/availability.ts';
import { goBack, goToBrand, loginPage, postBack } from '../support/brand-login.ts';
import { brandIssuer } from '../support/brand-signer.ts';
import { authorizationUrl, type Client, claimsOf, exchange, postAsClient } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets, testBrand, testClients } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

/** Assertions as the examples sign them, at a real Parley: as the answer of the login page, and at the token endpoint. */
const run = promisify(execFile);
const folder = resolve(import.meta.dirname, '../../examples/assertion');

/** An assertion of one runtime, for Dana. */
type Sign = (parley: string, more: Record<string, string>) => Promise<string>;

function expectSignIns(verify: object, sign: Sign): void {
  let parley: RunningParley;
  beforeAll(async () => {
    const way = { verify: { issuer: brandIssuer, ...verify } };
    const grants = ['jwt-bearer'];
    parley = await startParley({
      brands: [
        testBrand({
          login: [{ brand: { url: loginPage, ...way } }, { assertion: way }],
          clients: testClients().map((client) => (client['id'] === 'web' ? { ...client, grants } : client)),
        }),
      ],
    });
  });
  afterAll(() => parley.stop());

  const web = (): Client => ({
    issuer: parley.issuer,
    clientId: 'web',
    secret: secrets.web,
    redirectUri: 'https://shop.acme.example/callback',
  });

  test('the answer of the login page signs the consumer in', async () => {
    const visitor = new Visitor();
    const { nonce, return_to: returnTo } = await goToBrand(visitor, authorizationUrl(web()));
    const posted = await postBack(returnTo, { assertion: await sign(parley.issuer, { nonce }) });
    const { url } = await goBack(visitor, returnTo, posted);
    const { body } = await exchange(web(), url.searchParams.get('code') ?? '');
    expect(claimsOf(body.id_token)['sub']).toBe(dana.sub);
  });

  test('the token endpoint gives tokens for it, once', async () => {
    const assertion = await sign(parley.issuer, { channel: 'back' });
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
    expect(claimsOf((await postAsClient(web(), '/token', form)).body.id_token)['sub']).toBe(dana.sub);
    expect((await postAsClient(web(), '/token', form)).body.error).toBe('invalid_grant');
  });
}

describeWith('php', (php) => {
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const program = `require $argv[1];
    [$brand, $accountId, $more] = json_decode(stream_get_contents(STDIN), true);
    echo parley_assertion($brand, $accountId, $more);`;
  expectSignIns({ pem: keys.publicKey }, (parley, more) => {
    const brand = { issuer: brandIssuer, parley, key: keys.privateKey };
    return feed(php, ['-r', program, `${folder}/assertion.php`], [brand, dana.sub, more]);
  });
});

describeWith('python3', (python) => {
  const secret = randomBytes(32).toString('base64url');
  const program = `import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
from assertion import parley_assertion
issuer, parley, secret, account, more = json.load(sys.stdin)
print(parley_assertion(issuer, parley, secret, account, **more), end="")`;
  expectSignIns({ secret }, (parley, more) =>
    feed(python, ['-c', program, folder], [brandIssuer, parley, secret, dana.sub, more]),
  );
});

/** A key on standard input stands in no list of processes. */
async function feed(program: string, args: string[], input: unknown): Promise<string> {
  const running = run(program, args);
  running.child.stdin?.end(JSON.stringify(input));
  return (await running).stdout;
}
