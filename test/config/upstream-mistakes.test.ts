import { describe, expect, test } from '@jest/globals';
import { brandWith, createTemporaryConfig, goodBrand, headline } from './temporary-config.ts';

const accounts = 'accounts:\n  file: { path: accounts.yaml }\n';
const upstream = (more = '') =>
  `login:\n  - upstream: { issuer: https://login.acme.example, client_id: parley${more} }\n`;

async function problemsOf(brand: string): Promise<string[]> {
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brand });
  try {
    return (await config.problems()).map(headline);
  } finally {
    await config.remove();
  }
}

describe('63 whose account an upstream names is never guessed', () => {
  test('its sign-ins may be the accounts', async () => {
    expect(await problemsOf(brandWith(accounts, `${upstream()}accounts: { oidc: {} }\n`))).toEqual([]);
  });

  test('another directory needs the claim that is its id', async () => {
    expect(await problemsOf(brandWith(accounts, upstream(', account: customer') + accounts))).toEqual([]);
    expect(await problemsOf(brandWith(accounts, upstream() + accounts))).toEqual([
      expect.stringContaining('login[0].upstream.account: is missing'),
    ]);
  });

  test('no other way may fill the same space of ids', async () => {
    const both = `${upstream()}  - password: {}\naccounts: { oidc: {} }\n`;
    expect(await problemsOf(brandWith(accounts, both))).toEqual([
      expect.stringContaining('login[1].password: cannot name accounts that only the upstream knows'),
    ]);
  });

  test('without an upstream nobody gets in', async () => {
    const problems = await problemsOf(brandWith(accounts, 'accounts: { oidc: {} }\n'));
    expect(problems.join('\n')).toContain('accounts.oidc: nobody ever gets in');
  });

  test('it stands alone', async () => {
    const two = `${upstream()}accounts: { oidc: {}, file: { path: accounts.yaml } }\n`;
    expect(await problemsOf(brandWith(accounts, two))).toEqual([
      expect.stringContaining('accounts.file: is a second directory beside oidc'),
    ]);
  });

  test.each(['http://login.acme.example', 'not a url', 'https://login.acme.example?x=1'])(
    'the issuer %s is refused',
    async (issuer) => {
      const brand = goodBrand.replace(
        accounts,
        `${upstream()}accounts: { oidc: {} }\n`.replace('https://login.acme.example', `"${issuer}"`),
      );
      expect(await problemsOf(brand)).toEqual([
        expect.stringContaining('login[0].upstream.issuer: must be an https address'),
      ]);
    },
  );
});
