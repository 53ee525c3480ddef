import { expect, test } from '@jest/globals';
import { guessFromEverywhere } from '../security/abuse/known-browser.ts';

test("42 after 10,000 wrong passwords from as many addresses the consumer's own browser still signs in", async () => {
  const outcome = await guessFromEverywhere(10_000);
  expect(outcome.checked).toBeLessThanOrEqual(102);
  expect(outcome.refused).toBe(10_000 - outcome.checked);
  expect(outcome).toMatchObject({ mistyped: 401, elsewhere: { status: 429 } });
  expect(outcome.code).toBeTruthy();
}, 300_000);
