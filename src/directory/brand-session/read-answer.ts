import { z } from 'zod';
import type { OutboundAnswer } from '../../outbound/outbound-client.ts';
import type { BrandConsumer } from './contract.ts';

/** What the brand said, or what is wrong with it in words for the operator that quote nothing of it. */
export type ReadAnswer =
  | { kind: 'signed-in'; consumer: Omit<BrandConsumer, 'brandSession' | 'askedAt'> }
  | { kind: 'nobody' }
  /** `isDown`: asking again may help. */
  | { kind: 'unusable'; fault: string; isDown: boolean };

/** Beside the account, where the brand tells them (OpenID Connect Core 2). Another form is as good as none. */
const facts = z.object({
  auth_time: z.number().min(0).max(32_503_680_000).optional().catch(undefined),
  acr: z.string().min(1).max(255).optional().catch(undefined),
  amr: z.array(z.string().min(1).max(64)).max(20).optional().catch(undefined),
});

const longestId = 255;

/**
 * Said by what stands before the brand, or about its load. Not 500: one odd cookie may be enough for that, and a stranger's
 * cookies must not close the brand's session to everybody else.
 */
const outages: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** @param findAccount the configured expression over the answer's JSON */
export function readAnswer(
  { status, body }: OutboundAnswer,
  findAccount: (answer: Record<string, unknown>) => unknown,
): ReadAnswer {
  if (status === 401 || status === 404) return { kind: 'nobody' };
  if (status >= 300 && status < 400) {
    return unusable(
      `answered ${status}: redirects are not followed; it should answer 401 when nobody is signed in`,
    );
  }
  if (status !== 200) return unusable(`answered ${status}`, outages.has(status));
  const json = parse(body);
  if (json === null) return { kind: 'nobody' };
  if (typeof json !== 'object' || Array.isArray(json)) return unusable('answered no JSON object');
  const found = evaluate(findAccount, json as Record<string, unknown>);
  if ('fault' in found) return unusable(found.fault);
  const { account } = found;
  if (account === null || account === undefined) return { kind: 'nobody' };
  const accountId = toAccountId(account);
  if (accountId === undefined)
    return unusable('answered an account that is no id: a text or a whole number is needed');
  const { auth_time: authTime, acr, amr } = facts.parse(json);
  return {
    kind: 'signed-in',
    consumer: {
      accountId,
      ...(authTime !== undefined && { authTime }),
      ...(acr !== undefined && { acr }),
      ...(amr !== undefined && { amr }),
    },
  };
}

function unusable(fault: string, isDown = false): ReadAnswer {
  return { kind: 'unusable', fault, isDown };
}

/** undefined where it is no JSON. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function evaluate(
  findAccount: (answer: Record<string, unknown>) => unknown,
  json: Record<string, unknown>,
): { account: unknown } | { fault: string } {
  try {
    return { account: findAccount(json) };
  } catch {
    return { fault: 'answered something that the expression of `account` cannot read' };
  }
}

function toAccountId(account: unknown): string | undefined {
  if (typeof account === 'number') return Number.isSafeInteger(account) ? String(account) : undefined;
  const isId = typeof account === 'string' && account !== '' && account.length <= longestId;
  return isId ? account : undefined;
}
