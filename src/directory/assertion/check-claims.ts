import type { AssertionPayload } from './assertion-payload.ts';
import type { AssertionCheck, AssertionUse } from './contract.ts';

/** What an assertion must say to be used here and now. */
export interface Expected extends AssertionUse {
  /** `iss` of the brand's assertions. */
  brandIssuer: string;
  /** Our issuer: the only audience. */
  audience: string;
  /** Seconds since the epoch. */
  now: number;
}

export interface ClaimFault {
  check: AssertionCheck;
  sentence: string;
  detail: string;
}

/** Seconds by which the brand's clock and ours may differ. */
export const clockSkew = 30;
/** Seconds between `iat` and `exp`: who finds an assertion in a log finds a dead one. */
const longestLife = 120;

type Rule<Payload, Wanted> = (
  payload: Payload,
  expected: Wanted,
) => [check: AssertionCheck, holds: boolean, sentence: string, detail: string];

type PartiesAndTimes = Pick<AssertionPayload, 'iss' | 'aud' | 'exp' | 'nbf' | 'iat'>;
type ExpectedParties = Pick<Expected, 'brandIssuer' | 'audience' | 'now'>;

/** What holds for everything that the brand signs for us, in this order. */
const commonRules: readonly Rule<PartiesAndTimes, ExpectedParties>[] = [
  ({ iss }, { brandIssuer }) => [
    'iss',
    iss === brandIssuer,
    'its iss is not the configured one',
    compare(brandIssuer, iss),
  ],
  // RFC 7523 section 3 wants our issuer in `aud`; a second audience could use the assertion against us.
  ({ aud }, { audience }) => [
    'aud',
    [aud].flat().length === 1 && [aud].flat()[0] === audience,
    'its aud must be this issuer, exactly and alone',
    compare(audience, aud),
  ],
  ({ exp }, { now }) => ['exp', exp + clockSkew > now, 'it has expired', `${now - exp} s ago`],
  ({ nbf }, { now }) => [
    'nbf',
    nbf === undefined || nbf - clockSkew <= now,
    'it is not valid yet',
    `in ${(nbf ?? 0) - now} s: do the clocks agree?`,
  ],
  ({ iat }, { now }) => [
    'iat',
    iat - clockSkew <= now,
    'its iat lies in the future',
    `by ${iat - now} s: do the clocks agree?`,
  ],
  ({ iat, exp }) => [
    'lifetime',
    exp > iat && exp - iat <= longestLife,
    `its exp must lie within ${longestLife} s after its iat`,
    `it lives ${exp - iat} s`,
  ],
];

/** Then where an assertion may be used; the one use of the `jti` comes after all of them. */
const useRules: readonly Rule<AssertionPayload, Expected>[] = [
  ({ channel }, expected) => [
    'channel',
    channel === expected.channel,
    `its channel must be ${expected.channel} here`,
    compare(expected.channel, channel),
  ],
  ({ client_id: clientId }, expected) => [
    'client_id',
    clientId === undefined || clientId === expected.clientId,
    'it is meant for another client',
    compare(expected.clientId, clientId),
  ],
  ({ nonce }, expected) => [
    'nonce',
    nonce === expected.nonce,
    expected.nonce === undefined ? 'it answers a brand login' : 'it answers another sign-in',
    `its nonce is ${nonce === undefined ? 'missing' : 'another one'}`,
  ],
];

export function findClaimFault(payload: AssertionPayload, expected: Expected): ClaimFault | undefined {
  return findCommonFault(payload, expected) ?? firstFault(useRules, payload, expected);
}

/** The rules that an assertion shares with the brand's other words to us. */
export function findCommonFault(payload: PartiesAndTimes, expected: ExpectedParties): ClaimFault | undefined {
  return firstFault(commonRules, payload, expected);
}

function firstFault<Payload, Wanted>(
  rules: readonly Rule<Payload, Wanted>[],
  payload: Payload,
  expected: Wanted,
): ClaimFault | undefined {
  for (const rule of rules) {
    const [check, holds, sentence, detail] = rule(payload, expected);
    if (!holds) return { check, sentence, detail };
  }
  return undefined;
}

/** What came was written by others: short, and without what would steer a terminal. */
function compare(expected: string, came: unknown): string {
  return `expected ${JSON.stringify(expected)}, got ${JSON.stringify(came)?.slice(0, 200) ?? 'nothing'}`;
}
