import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVerifier, httpbis } from 'http-message-signatures';
import { describeDirectoryContract } from '../../contract/directory-contract.ts';
import { type AccountApiOptions, startAccountApi } from '../../support/account-api.ts';
import { describeWith } from '../../support/availability.ts';
import { createCertificates } from '../../support/certificates.ts';
import { openTestDirectory } from '../../support/open-test-directory.ts';

const accounts = [
  { id: 'acc-1', login: 'dana@acme.example', password: 'correct horse', status: 'active', plan: 'Basic' },
  { id: 'acc-2', login: 'sam@acme.example', password: 'battery staple', status: 'closed', plan: 'Basic' },
] as const;

type HttpAccounts = NonNullable<Parameters<typeof openTestDirectory>[0]['http']>;

/** The contract over a real service that admits nobody but Parley. */
function describeHttp(
  name: string,
  secret: string,
  prepare: () => { http?: Partial<HttpAccounts>; api: Omit<AccountApiOptions, 'accounts'> },
): void {
  describeDirectoryContract(`http, ${name}`, async () => {
    const { http, api: options } = prepare();
    const api = await startAccountApi({ accounts, ...options });
    const directory = await openTestDirectory({
      http: {
        url: api.url,
        disabled: "status != 'active'",
        login: { path: '/sessions', id: 'account.id' },
        cache: 0,
        timeout: 10_000,
        ...http,
      },
    });
    const [dana, sam] = accounts;
    return {
      directory,
      known: { accountId: dana.id, ...dana },
      disabled: { accountId: sam.id, ...sam },
      secrets: [secret],
      cut: () => api.cut(),
      heal: () => api.heal(),
      async dispose() {
        await directory.close();
        await api.stop();
      },
    };
  });
}

const bearer = 'token-of-parley-0123456789';
describeHttp('bearer', bearer, () => ({
  http: { auth: { bearer } },
  api: { admits: ({ headers }) => headers.authorization === `Bearer ${bearer}` },
}));

describeHttp('basic', 'pä:ss', () => ({
  http: { auth: { basic: { user: 'parley', password: 'pä:ss' } } },
  api: {
    admits: ({ headers }) =>
      headers.authorization === `Basic ${Buffer.from('parley:pä:ss').toString('base64')}`,
  },
}));

/** Checks as the brand's API would: who signed, over what, when, and never the same signature twice. */
function createSignatureCheck(key: Parameters<typeof createVerifier>[0], alg: 'hmac-sha256' | 'ed25519') {
  const nonces = new Set<unknown>();
  return async ({ method = '', headers, url = '' }: IncomingMessage, body: string): Promise<boolean> => {
    const request = {
      method,
      url: `http://${headers.host}${url}`,
      headers: headers as Record<string, string>,
    };
    const digest = `sha-256=:${Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(body))).toString(
      'base64',
    )}:`;
    if (body && headers['content-digest'] !== digest) return false;
    const isValid = await httpbis.verifyMessage(
      {
        keyLookup: async ({ keyid, nonce, created }) => {
          const isRecent = created instanceof Date && Math.abs(Date.now() - created.getTime()) < 60_000;
          if (keyid !== 'parley-1' || nonces.has(nonce) || !isRecent) return null;
          nonces.add(nonce);
          return { id: 'parley-1', algs: [alg], verify: createVerifier(key, alg) };
        },
        requiredFields: ['@method', '@target-uri', ...(body ? ['content-digest'] : [])],
        requiredParams: ['created', 'keyid', 'nonce'],
      },
      request,
    );
    return isValid === true;
  };
}

const secret = randomBytes(32).toString('hex');
describeHttp('requests signed with a shared secret', secret, () => ({
  http: { auth: { signed: { key_id: 'parley-1', secret } } },
  api: { admits: createSignatureCheck(secret, 'hmac-sha256') },
}));

const { privateKey } = generateKeyPairSync('ed25519');
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
describeHttp('requests signed with a private key', pem, () => ({
  http: { auth: { signed: { key_id: 'parley-1', private_key: pem } } },
  api: { admits: createSignatureCheck(createPublicKey(privateKey), 'ed25519') },
}));

describeWith('openssl', (openssl) => {
  let folder: string;
  const read = (file: string) => readFileSync(file, 'utf8');
  const certificates = (name: string) => {
    mkdirSync(join(folder, name));
    return createCertificates(openssl, join(folder, name), ['localhost']);
  };
  let server: ReturnType<typeof certificates>;
  let parley: ReturnType<typeof certificates>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'parley-http-'));
    server = certificates('server');
    parley = certificates('parley');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const tls = () => ({ cert: read(server.cert), key: read(server.key), ca: parley.ca, requestCert: true });

  describeHttp('mutual TLS', 'PRIVATE KEY', () => ({
    http: { ca: server.ca, auth: { mtls: { cert: read(parley.cert), key: read(parley.key) } } },
    api: { tls: tls(), admits: ({ socket }) => (socket as TLSSocket).authorized },
  }));

  describe('TLS', () => {
    test.each([
      ['an authority that was not named', () => ({ ca: parley.ca }), /TLS was refused|no answer/],
      ['an authority that Node does not know', () => ({}), /TLS was refused/],
    ])('29 %s is not believed', async (_, http, reason) => {
      const api = await startAccountApi({ accounts, tls: { ...tls(), requestCert: false } });
      const directory = await openTestDirectory({ http: { url: api.url, timeout: 10_000, ...http() } });
      await expect(directory.findAccount('acc-1')).rejects.toThrow(reason);
      expect(api.served).toEqual([]);
      await directory.close();
      await api.stop();
    });
  });
});
