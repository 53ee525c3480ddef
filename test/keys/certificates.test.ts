import { X509Certificate, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { addCertificates, certificateEnd, readCertificate } from '../../src/keys/certificates.ts';
import { createSigningKey } from '../../src/keys/create-signing-keys.ts';
import { publicKeyObject } from '../../src/keys/public-key.ts';
import { createSelfSignedCertificate } from '../../src/keys/self-signed-certificate.ts';
import { parseSigningFile } from '../../src/keys/signing-file.ts';
import { createCertificatePem } from '../support/certificate-pem.ts';

const from = Date.UTC(2026, 10, 2, 3, 4, 5);

describe('a self-signed certificate', () => {
  test.each<['RS256' | 'ES256', number]>([
    ['RS256', Date.UTC(2036, 10, 2)],
    ['ES256', Date.UTC(2036, 10, 2)],
    ['ES256', Date.UTC(2063, 0, 1)],
  ])('of an %s key is read by others as what it says', async (alg, until) => {
    const jwk = await createSigningKey(alg);
    const base64 = createSelfSignedCertificate({ jwk, name: 'id.acme.example', from, until });
    const certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    expect(certificate.publicKey.equals(publicKeyObject(jwk))).toBe(true);
    expect(certificate.verify(publicKeyObject(jwk))).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.subject).toBe('CN=id.acme.example');
    expect([certificate.validFromDate.getTime(), certificate.validToDate.getTime()]).toEqual([from, until]);
    expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
    expect(certificateEnd({ x5c: [base64] })).toBe(until);
  });
});

describe('certificates from files', () => {
  let folder: string;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-certificates-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function write(text: string): Promise<string> {
    const file = join(folder, 'chain.pem');
    await writeFile(file, text);
    return file;
  }

  test('go to the key that they are for, and to no other', async () => {
    const jwk = await createSigningKey('RS256');
    const second = await createSigningKey('RS256');
    const entries = [second, jwk].map((key) => ({ createdAt: from, acknowledged: {}, jwk: key }));
    const file = await write(createCertificatePem(createPrivateKey({ key: { ...jwk }, format: 'jwk' })));
    const { entries: changed, unused } = addCertificates(entries, [readCertificate(file)]);
    expect(unused).toEqual([]);
    expect(changed[0]).toBe(entries[0]);
    const [der] = changed[1]!.jwk.x5c!;
    expect(new X509Certificate(Buffer.from(der!, 'base64')).publicKey.equals(publicKeyObject(jwk))).toBe(
      true,
    );
    expect(addCertificates([entries[0]!], [readCertificate(file)]).unused).toEqual([file]);
  });

  test.each<[string, () => string, string]>([
    ['without a certificate', () => 'nothing', 'has no PEM certificate'],
    ['with a broken one', () => createCertificatePem(rsa).replace(/\n.{20}/, '\nAAAA'), 'cannot be read'],
    ['with a chain in a wrong order', () => createCertificatePem(rsa) + foreign(), 'was not issued by'],
  ])('%s are refused with the file and the reason', async (_title, text, reason) => {
    const file = await write(text());
    expect(() => readCertificate(file)).toThrow(reason);
    expect(() => readCertificate(file)).toThrow(file);
  });

  test('that are missing are named', () => {
    expect(() => readCertificate(join(folder, 'none.pem'))).toThrow('none.pem cannot be read (ENOENT)');
  });

  /** By another name, so that it cannot have issued the first. */
  function foreign(): string {
    const jwk = { ...other.export({ format: 'jwk' }), kty: 'RSA' as const, kid: 'x' };
    const base64 = createSelfSignedCertificate({
      jwk,
      name: 'stranger',
      from,
      until: from + 1,
    });
    return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
  }

  test('in a key file are refused with another key', async () => {
    const jwk = await createSigningKey('RS256');
    const der = createCertificatePem(rsa).replaceAll(/-----[^-]+-----|\n/g, '');
    const text = JSON.stringify({
      keys: [{ created_at: '2026-11-02T00:00:00.000Z', jwk: { ...jwk, x5c: [der] } }],
    });
    expect(() => parseSigningFile(text, 'signing.json')).toThrow('has the certificate of another key');
  });
});
