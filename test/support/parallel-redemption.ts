import { expect } from '@jest/globals';
import { type Client, exchange, isActive, refresh, userinfoStatus } from './relying-party.ts';

export interface RedemptionRound {
  /** The same client, seen from each process that takes part. */
  ways: readonly Client[];
  parallel: number;
  newCode(): Promise<string>;
}

/**
 * Many redemptions of one code at once, spread over every process: exactly one succeeds, and because the code was
 * seen twice, what it brought is dead everywhere. The consumer's other conversation goes on.
 */
export async function expectOneRedemption({ ways, parallel, newCode }: RedemptionRound): Promise<void> {
  const way = (index: number) => ways[index % ways.length] as Client;
  const other = await exchange(way(0), await newCode());
  const code = await newCode();

  const answers = await Promise.all(
    Array.from({ length: parallel }, (_, index) => exchange(way(index), code)),
  );

  const [winner, ...more] = answers.filter(({ status }) => status === 200);
  expect(more).toEqual([]);
  if (!winner) throw new Error('nobody redeemed the code');
  expect(
    answers.filter((answer) => answer !== winner).map(({ status, body }) => [status, body.error]),
  ).toEqual(Array.from({ length: parallel - 1 }, () => [400, 'invalid_grant']));
  for (const client of ways) {
    expect(await userinfoStatus(client, winner.body.access_token)).toBe(401);
    expect(await isActive(client, winner.body.access_token)).toBe(false);
    expect(await isActive(client, winner.body.refresh_token)).toBe(false);
    expect((await refresh(client, winner.body.refresh_token)).body.error).toBe('invalid_grant');
    expect(await userinfoStatus(client, other.body.access_token)).toBe(200);
  }
  expect((await refresh(way(1), other.body.refresh_token)).status).toBe(200);
}
