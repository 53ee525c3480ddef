import { X509Certificate, createPublicKey } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type JWK, jwtVerify } from 'jose';
import { createSigningKeys } from '../../src/keys/create-signing-keys.ts';
import { formatSigningFile } from '../../src/keys/signing-file.ts';
import { publishedKeys } from '../support/published-keys.ts';
import { authorizationUrl, exchange, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, testBrand } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';
import { webClient } from '../support/web-client.ts';

const year = 365 * 24 * 3_600_000;

async function publishedBy({ issuer }: RunningParley): Promise<JWK[]> {
  const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: JWK[] };
  return keys;
}

async function verifiedToken(parley: RunningParley) {
  const client = webClient(parley);
  const landed = await signIn(new Visitor(), authorizationUrl(client), dana);
  const { body } = await exchange(client, landed.searchParams.get('code') ?? '');
  return jwtVerify(body.id_token, publishedKeys(parley.issuer));
}

const keyOf = (jwk: JWK) => createPublicKey({ key: { ...jwk }, format: 'jwk' });
const certificateOf = ({ x5c: [der] = [] }: JWK) => new X509Certificate(Buffer.from(der ?? '', 'base64'));

describe('keys with certificates', () => {
  test('signed by themselves: each published key carries its own, and tokens verify', async () => {
    let clock = Date.now();
    const parley = await startParley({
      brands: [testBrand({ keys: { self_signed: true } })],
      now: () => clock,
    });
    await parley.server.lookAtKeys();
    const keys = await publishedBy(parley);
    expect(keys).toHaveLength(2);
    for (const jwk of keys) {
      expect(certificateOf(jwk).publicKey.equals(keyOf(jwk))).toBe(true);
      expect(certificateOf(jwk).subject).toBe('CN=localhost');
      expect(jwk).not.toHaveProperty('d');
    }
    await verifiedToken(parley);
    expect((await stat(join(parley.folder, 'keys/acme/signing.json'))).mode & 0o777).toBe(0o600);

    clock += 10 * year - 20 * 24 * 3_600_000;
    await parley.server.lookAtKeys();
    expect(parley.log).toContainEqual(
      expect.objectContaining({ level: 'warn', msg: 'the certificate of a signing key ends, or has ended' }),
    );
    await parley.stop();
  });

  test('from a file: it goes to its key, and one for no key is told', async () => {
    const first = await startParley({ brands: [testBrand({ keys: { self_signed: true } })] });
    await first.server.lookAtKeys();
    const [rsa] = await publishedBy(first);
    await first.stop({ keepFolder: true });
    const signing = join(first.folder, 'keys/acme/signing.json');
    const file = join(first.folder, 'certificate.pem');
    await writeFile(file, certificateOf(rsa!).toString());
    const bare = JSON.parse(await readFile(signing, 'utf8')) as { keys: { jwk: JWK }[] };
    for (const { jwk } of bare.keys) delete jwk.x5c;
    await writeFile(signing, JSON.stringify(bare), { mode: 0o600 });

    const brands = [testBrand({ keys: { certificates: ['certificate.pem'] } })];
    const parley = await startParley({ folder: first.folder, brands });
    expect((await publishedBy(parley)).map(({ alg, x5c }) => [alg, x5c])).toEqual([
      ['RS256', rsa!.x5c],
      ['ES256', undefined],
    ]);
    await verifiedToken(parley);
    await parley.stop();
  });
});

describe('keys from a variable', () => {
  const entries = async () =>
    (await createSigningKeys()).map((jwk) => ({ createdAt: Date.now(), acknowledged: {}, jwk }));

  test('sign, and no file is written', async () => {
    const text = formatSigningFile(await entries());
    const parley = await startParley({
      brands: [testBrand({ keys: { set: '${ACME_KEYS}' } })],
      env: { ACME_KEYS: text },
    });
    const { protectedHeader } = await verifiedToken(parley);
    expect(text).toContain(protectedHeader.kid);
    await expect(stat(join(parley.folder, 'keys/acme/signing.json'))).rejects.toThrow('ENOENT');
    await parley.stop();
  });

  test('that are broken stop the start without a piece of them', async () => {
    const brands = [testBrand({ keys: { set: '${ACME_KEYS}' } })];
    const text = formatSigningFile(await entries()).replace('"RS256"', '"RS257"');
    const refused = startParley({ brands, env: { ACME_KEYS: text } });
    await expect(refused).rejects.toThrow(/keys\.set: it is not a key file \(at keys\.0\)/);
    await expect(startParley({ brands, env: { ACME_KEYS: text } })).rejects.not.toThrow(/[\w-]{43}/);
  });
});
