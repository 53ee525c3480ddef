import { describe, expect, test } from '@jest/globals';
import { brandChecks } from '../../src/brand-checks.ts';
import { brandWith, createTemporaryConfig, headline } from './temporary-config.ts';

const fileLine = '  file: { path: accounts.yaml }\n';

/** What the operator reads about a good brand with other lines under `accounts`. */
async function linesOf(accounts: string): Promise<string[]> {
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': brandWith(fileLine, accounts) });
  try {
    return (await config.problems({}, brandChecks)).map(headline);
  } finally {
    await config.remove();
  }
}

const enrich = (entry: string): string => `${fileLine}  enrich:\n    - ${entry}\n`;

describe('accounts', () => {
  test.each([
    ['no directory', '  enrich: []\n', 'accounts: names no directory'],
    ['a file that is missing', '  file: { path: none.yaml }\n', 'accounts.file.path: names no file'],
    [
      'an enrichment without a directory',
      enrich('{ as: billing }'),
      'accounts.enrich[0]: names no directory',
    ],
    [
      'an enrichment whose file is missing',
      enrich('{ file: { path: none.yaml }, as: billing }'),
      'accounts.enrich[0].file.path: names no file',
    ],
    [
      'an enrichment that no claim can name',
      enrich('{ file: { path: accounts.yaml }, as: billing-data }'),
      'accounts.enrich[0].as: has the wrong form',
    ],
    [
      'two enrichments of one name',
      `${enrich('{ file: { path: accounts.yaml }, as: more }')}    - { file: { path: accounts.yaml }, as: more }\n`,
      'accounts.enrich[1].as: another enrichment has this name',
    ],
    [
      'a key that is no expression',
      enrich('{ file: { path: accounts.yaml }, as: more, by: "a..b" }'),
      'accounts.enrich[0].by: not a JMESPath expression',
    ],
    [
      'a join by an address that anybody can claim',
      enrich('{ file: { path: accounts.yaml }, as: more, by: contact.email }'),
      'accounts.enrich[0].by: warning: joins two directories by an e-mail address',
    ],
  ])('%s', async (_, accounts, expected) => {
    expect(await linesOf(accounts)).toEqual([expect.stringContaining(expected)]);
  });

  test('an enrichment by an id, or by a verified address, is right', async () => {
    const byId = enrich('{ file: { path: accounts.yaml }, as: more, by: account.number }');
    expect(await linesOf(byId)).toEqual([]);
    const byAddress = enrich('{ file: { path: accounts.yaml }, as: more, by: email_verified && email }');
    expect(await linesOf(byAddress)).toEqual([]);
  });
});
