import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePort } from '../support/free-port.ts';
import { authorizationUrl, authorizeSilently, type Client, signIn } from '../support/relying-party.ts';
import { type RunningParley, startParley } from '../support/start-parley.ts';
import { dana, secrets } from '../support/test-brand.ts';
import { Visitor } from '../support/visitor.ts';

const oldKey = 'the-old-cookie-key-with-more-than-32-characters';
const newKey = 'the-new-cookie-key-with-more-than-32-characters';

describe('changing the cookie keys', () => {
  let folder: string;
  let port: number;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-cookie-keys-'));
    port = await findFreePort();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function withKeys<T>(keys: string, use: (web: Client) => Promise<T>): Promise<T> {
    const env = { PARLEY_COOKIE_KEYS: keys };
    const parley: RunningParley = await startParley({ folder, port, env });
    const redirectUri = 'https://shop.acme.example/callback';
    try {
      return await use({ issuer: parley.issuer, clientId: 'web', secret: secrets.web, redirectUri });
    } finally {
      await parley.stop({ keepFolder: true });
    }
  }

  const silently = (visitor: Visitor) => (web: Client) => authorizeSilently(visitor, authorizationUrl(web));

  test('with the new key in front of the old one nobody is signed out; without the old one, who has not been back is', async () => {
    const [regular, absent] = [new Visitor(), new Visitor()];
    await withKeys(oldKey, async (web) => {
      await signIn(regular, authorizationUrl(web), dana);
      await signIn(absent, authorizationUrl(web), dana);
    });
    expect((await withKeys(`${newKey},${oldKey}`, silently(regular))).get('code')).toBeTruthy();
    expect((await withKeys(newKey, silently(regular))).get('code')).toBeTruthy();
    expect((await withKeys(newKey, silently(absent))).get('error')).toBe('login_required');
  });
});
