import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { createTemporaryConfig, goodBrand, headline } from './temporary-config.ts';

async function faultsOf(limits: object): Promise<string[]> {
  const text = `${goodBrand}${stringify({ limits })}`;
  const config = await createTemporaryConfig({ 'config/brands/acme.yaml': text });
  try {
    return (await config.problems({})).map(headline);
  } finally {
    await config.remove();
  }
}

const lineOf = (goodBrand.match(/\n/g) ?? []).length + 2;

test('limits are whole numbers from 1', async () => {
  expect(await faultsOf({ account: 0 })).toEqual([
    expect.stringMatching(new RegExp(`^brands/acme\\.yaml:${lineOf}:\\d+ limits\\.account: .+`)),
  ]);
  expect(await faultsOf({ account: 10 })).toEqual([]);
});

test('a misspelt limit is named with the right one', async () => {
  expect(await faultsOf({ acount: 10 })).toEqual([
    expect.stringMatching(new RegExp(`^brands/acme\\.yaml:${lineOf}:\\d+ limits\\.acount: unknown key`)),
  ]);
});

test('waits grow', async () => {
  expect(await faultsOf({ longest_wait: 10 })).toEqual([
    expect.stringMatching(/limits\.longest_wait: is shorter than first_wait$/),
  ]);
});
