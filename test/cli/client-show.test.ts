import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { registerClientShow } from '../../src/cli/client-show.ts';
import { loadKeySet, signingKey } from '../../src/keys/key-set.ts';
import { pastedKey } from '../../src/keys/public-key.ts';
import { findPreset } from '../../src/platform/presets.ts';
import { resolveClient } from '../../src/platform/resolve-client.ts';
import { createTemporaryConfig, type TemporaryConfig } from '../config/temporary-config.ts';
import { callCli } from './cli-call.ts';

const brandFile = (brand: string) => `
brand: ${brand}
display_name: The Acme Shop
issuer: https://id.${brand}.example
accounts: { file: { path: accounts.yaml } }
clients:
  - { id: chat, platform: liveperson, secret: a-secret-of-the-brand-0123456789 }
  - { id: web-${brand}, secret: another-secret-of-the-brand-01234, redirect_uris: [https://www.${brand}.example/cb] }
`;

let config: TemporaryConfig;
beforeAll(async () => {
  config = await createTemporaryConfig({
    'config/brands/acme.yaml': brandFile('acme'),
    'config/brands/bolt.yaml': brandFile('bolt'),
  });
});
afterAll(() => config.remove());

const show = (...args: string[]) =>
  callCli((program, io) => registerClientShow(program, { io, checks: [], resolveClient, findPreset }), {
    args: ['client', 'show', ...args],
    cwd: config.cwd,
  });

describe('parley client show', () => {
  test("prints the platform's fields with the brand's own values", async () => {
    const { jwks } = await loadKeySet({ folder: `${config.cwd}/keys`, brand: 'acme', create: true });
    const { code, stdout } = await show('chat', '--brand', 'acme');
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.trim().replace(/ {2,}/, ' = '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'Issuer Display Name = The Acme Shop',
        'JWT issuer (iss) = https://id.acme.example',
        'Token Endpoint = https://id.acme.example/token',
        'Client Secret = (hidden: add --reveal)',
        `JWT Public Key = ${pastedKey(signingKey({ jwks }) ?? {})}`,
        'Answers are sent to = https://liveperson.net/oauth2/code_redirect',
      ]),
    );
  });

  test('shows the secret only when asked', async () => {
    expect((await show('chat', '--brand', 'acme')).stdout).not.toContain('a-secret-of-the-brand');
    expect((await show('chat', '--brand', 'acme', '--reveal')).stdout).toContain(
      'a-secret-of-the-brand-0123456789',
    );
  });

  test('names the command where there is no key yet, and makes none', async () => {
    expect((await show('chat', '--brand', 'bolt')).stdout).toContain('npx parley keys create bolt');
  });

  test('prints what a relying party without a platform needs', async () => {
    const { stdout } = await show('web-acme');
    expect(stdout).toContain('https://id.acme.example/.well-known/openid-configuration');
    expect(stdout).toContain('https://www.acme.example/cb');
  });

  test.each([
    [['chat'], /several brands have a client chat: add --brand with one of acme, bolt/],
    [['nobody'], /there is no client nobody, but .*chat.*web-acme/],
    [['web-acme', '--brand', 'bolt'], /there is no client web-acme in the brand bolt, but chat/],
    [['chat', '--brand', 'blot'], /there is no brand blot, but acme, bolt/],
  ])('%j is refused', async (args, message) => {
    expect(await show(...args)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(message),
    });
  });
});
