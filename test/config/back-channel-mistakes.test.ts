import { expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand/brand-checks.ts';
import { brandWith, createTemporaryConfig, headline } from './temporary-config.ts';

test.each([
  ['no key', '', 'has no key'],
  ['a short secret', ', secret: short', 'secret is shorter than 32 bytes'],
  ['a key address without https', ', jwks_uri: "http://www.acme.example/jwks"', 'must be https'],
])('back_channel with %s is found before the start', async (_name, key, message) => {
  const brand = brandWith(
    'accounts:\n',
    `back_channel: { verify: { issuer: https://www.acme.example${key} } }\naccounts:\n`,
  );
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brand });
  try {
    const problems = (await config.problems({}, brandChecks)).map(headline);
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(problems[0]).toContain('back_channel.verify');
  } finally {
    await config.remove();
  }
});
