import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateKeyPairSync } from 'node:crypto';
import { loadKeySet, signingKey } from '../../src/keys/key-set.ts';
import { KeyError } from '../../src/keys/key-error.ts';
import { pastedKey, publicJwks } from '../../src/keys/public-key.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-keys-'));
});
afterEach(() => rm(folder, { recursive: true }));

const signingFile = () => join(folder, 'acme', 'signing.json');
const load = (create = true) =>
  loadKeySet({ folder, brand: 'acme', create, now: () => Date.UTC(2026, 10, 2) });

async function refusal(work: Promise<unknown>): Promise<KeyError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof KeyError)) throw new Error(`no KeyError but ${String(error)}`);
  return error;
}

async function write(keys: unknown, mode = 0o600): Promise<void> {
  await mkdir(dirname(signingFile()), { recursive: true });
  await writeFile(signingFile(), typeof keys === 'string' ? keys : JSON.stringify({ keys }));
  await chmod(signingFile(), mode);
}

function entry(bits = 2048, more: Record<string, unknown> = {}) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return {
    created_at: '2026-11-02T00:00:00.000Z',
    jwk: { ...privateKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256', ...more },
  };
}

describe('a brand without keys', () => {
  test('gets an RS256 key of 2048 bits and an ES256 key, named by their RFC 7638 thumbprints', async () => {
    const { jwks, file } = await load();
    expect(file).toBe(signingFile());
    expect(jwks.keys).toMatchObject([
      { kty: 'RSA', alg: 'RS256', use: 'sig' },
      { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' },
    ]);
    const [rsa] = jwks.keys;
    expect(Buffer.from(rsa?.n ?? '', 'base64url')).toHaveLength(256);
    const members = JSON.stringify({ e: rsa?.e, kty: 'RSA', n: rsa?.n });
    expect(rsa?.kid).toBe(createHash('sha256').update(members).digest('base64url'));
  });

  test('keeps them: a second load gives the same', async () => {
    expect(await load()).toEqual(await load(false));
  });

  test('has them in a file that nobody else can read, in a folder that nobody else can enter', async () => {
    await load();
    expect((await stat(signingFile())).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(signingFile()))).mode & 0o777).toBe(0o700);
    expect(await readdir(dirname(signingFile()))).toEqual(['signing.json']);
    expect(await readFile(signingFile(), 'utf8')).toContain('"created_at": "2026-11-02T00:00:00.000Z"');
  });

  test('is told the command where keys may not be made', async () => {
    const error = await refusal(load(false));
    expect(error.reason).toBe('missing');
    expect(error.message).toContain('npx parley keys create acme');
    expect(await readdir(folder)).toEqual([]);
  });

  test('ends with one key set when eight processes start at once', async () => {
    const script = `
      import { loadKeySet } from ${JSON.stringify(join(import.meta.dirname, '../../src/keys/key-set.ts'))};
      const { jwks } = await loadKeySet({ folder: ${JSON.stringify(folder)}, brand: 'acme', create: true });
      process.stdout.write(jwks.keys.map(({ kid, d }) => kid + d).join(' '));`;
    const outputs = await Promise.all(Array.from({ length: 8 }, () => runNode(script)));
    expect(new Set(outputs).size).toBe(1);
    expect(outputs[0]?.length).toBeGreaterThan(400);
    expect(await readdir(join(folder, 'acme'))).toEqual(['signing.json']);
  });
});

async function runNode(script: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '' },
  });
  let output = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(complaint);
  return output;
}

describe('a key file is refused', () => {
  test.each([0o640, 0o604, 0o644, 0o660, 0o666])('with mode %o, and says what to do', async (mode) => {
    await load();
    await chmod(signingFile(), mode);
    const error = await refusal(load());
    expect(error.reason).toBe('exposed');
    expect(error.message).toContain(`chmod 600 ${signingFile()}`);
  });

  test.each<[string, () => unknown]>([
    ['that is empty', () => ''],
    ['that is cut off', () => '{"keys":['],
    ['without keys', () => []],
    ['with an RSA key of 1024 bits', () => [entry(1024)]],
    ['with a public key', () => [entry(2048, { d: undefined })]],
    ['with a damaged key', () => [entry(2048, { n: Buffer.alloc(256, 7).toString('base64url') })]],
    ['with a private part of another key', () => [{ ...entry(), jwk: { ...entry().jwk, n: entry().jwk.n } }]],
    ['with two keys of one name', () => [entry(), entry()]],
    ['with another algorithm', () => [entry(2048, { alg: 'HS256' })]],
    ['for encryption', () => [entry(2048, { use: 'enc' })]],
    ['with ES256 alone', () => [ecEntry()]],
  ])('%s, without telling a piece of it', async (_title, make) => {
    const keys = make();
    await write(keys);
    const error = await refusal(load());
    expect(error.reason).toBe('broken');
    expect(error.message).toContain(signingFile());
    for (const secret of JSON.stringify(keys).match(/[\w-]{40,}/g) ?? [])
      expect(error.message).not.toContain(secret);
    // Never overwritten: the operator may have a better copy.
    expect(await readFile(signingFile(), 'utf8')).toBe(
      typeof keys === 'string' ? keys : JSON.stringify({ keys }),
    );
  });

  test.each(['../acme', 'a/b', '', 'Acme', '.', 'a\0'])('for the brand name %j', async (brand) => {
    expect((await refusal(loadKeySet({ folder, brand, create: true }))).reason).toBe('unusable');
  });

  test('when it is a folder', async () => {
    await mkdir(signingFile(), { recursive: true, mode: 0o700 });
    expect((await refusal(load())).reason).toBe('unusable');
  });
});

function ecEntry() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    created_at: '2026-11-02T00:00:00.000Z',
    jwk: { ...privateKey.export({ format: 'jwk' }), kid: 'e1', use: 'sig', alg: 'ES256' },
  };
}

describe('what may leave', () => {
  test('the public JWKS has no private member', async () => {
    const { keys } = publicJwks(await load());
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
    ]);
  });

  test('the pasted key is the SubjectPublicKeyInfo of the PEM, on one line and without its armour', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const bare = pem.replaceAll(/-----[A-Z ]+-----|\n/g, '');
    const jwk = { ...privateKey.export({ format: 'jwk' }), kty: 'RSA' as const };
    expect(pastedKey({ ...jwk, kid: 'x', alg: 'RS256', use: 'sig' })).toBe(bare);
    // rsaEncryption, 2048 bits
    expect(bare).toMatch(/^MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A[A-Za-z0-9+/]+={0,2}$/);
  });

  test('the signing key of an algorithm is its newest', async () => {
    await write([entry(2048, { kid: 'new' }), entry(2048, { kid: 'old' })]);
    expect(signingKey(await load())?.kid).toBe('new');
    expect(signingKey(await load(), 'ES256')).toBeUndefined();
  });
});
