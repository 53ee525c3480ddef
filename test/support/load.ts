import {
  authorizationUrl,
  authorizeSilently,
  type Client,
  claimsOf,
  createPkce,
  exchange,
  refresh,
  signIn,
  type TokenAnswer,
} from './relying-party.ts';
import { poll } from './poll.ts';
import { type ScaledParley, shopPage } from './scaled-parley.ts';
import { dana, sam } from './test-brand.ts';
import { Visitor } from './visitor.ts';

/**
 * A steady load of complete sign-ins, and a memory of everything that was acknowledged: what a fault may refuse, it
 * must refuse in a way that can be tried again, and what was answered must hold afterwards.
 */
export interface Load {
  /** Complete sign-ins so far. */
  readonly signedIn: number;
  /** Stops the consumers. */
  stop(): Promise<void>;
  /** Stops the consumers, then checks everything that was acknowledged. */
  finish(): Promise<LoadReport>;
}

export interface LoadReport {
  attempted: number;
  signedIn: number;
  /** Ended with an answer that says to try again. */
  failedCleanly: number;
  /** How often which clean failure came. */
  reasons: Record<string, number>;
  /** What must never happen, one sentence each. */
  wrong: string[];
  /** Longest time without a complete sign-in, milliseconds. */
  longestGap: number;
}

interface Acknowledged {
  /** Uses again what gave tokens once: refresh tokens first, because a code's second use ends them too. */
  spent: (() => Promise<TokenAnswer>)[];
  signedIn: { visitor: Visitor; sub: string }[];
  signedOut: Visitor[];
}

/** An answer that a client may react to by beginning again. */
class CleanFailure extends Error {}

const consumers = 5;

export function startLoad({ web, app, networkOf }: ScaledParley): Load {
  const seen: Acknowledged = { spent: [], signedIn: [], signedOut: [] };
  const report: LoadReport = {
    attempted: 0,
    signedIn: 0,
    failedCleanly: 0,
    reasons: {},
    wrong: [],
    longestGap: 0,
  };
  const shop = { isOpen: true };
  let lastSuccess = Date.now();

  const noteSuccess = () => {
    report.signedIn += 1;
    report.longestGap = Math.max(report.longestGap, Date.now() - lastSuccess);
    lastSuccess = Date.now();
  };

  async function attempt(number: number): Promise<void> {
    const person = number % 2 === 0 ? dana : sam;
    const visitor = new Visitor(networkOf(number));
    const client = number % 3 === 1 ? app : web;
    const { verifier, challenge } = createPkce();
    const landed = await signIn(visitor, authorizationUrl(client, challenge), person);
    const code = codeOf(landed.searchParams, 'sign-in');
    seen.signedIn.push({ visitor, sub: person.sub });

    const redeem = () => exchange(client, code, { code_verifier: verifier });
    const answers = await Promise.all([redeem(), number % 3 === 0 && redeem()]);
    const won = answers.filter((answer) => answer && answer.status === 200) as TokenAnswer[];
    if (won.length > 1) report.wrong.push('one code gave tokens twice, at once');
    if (number % 3 === 0) {
      if (won.length > 0) seen.spent.push(redeem);
      for (const answer of answers) if (answer) expectClean(answer, 'exchange');
    } else {
      const { body } = expectSuccess(answers[0], 'exchange');
      seen.spent.push(redeem);
      if (claimsOf(body.id_token)['sub'] !== person.sub) report.wrong.push("another consumer's ID token");
      const next = expectSuccess(await refresh(client, body.refresh_token), 'refresh');
      if (client === app) seen.spent.unshift(() => refresh(app, body.refresh_token));
      if (claimsOf(next.body.id_token)['sub'] !== person.sub)
        report.wrong.push("another consumer's ID token by refresh");
    }
    if (number % 4 === 0) await signOut(visitor);
  }

  async function signOut(visitor: Visitor): Promise<void> {
    // From here on it is gone or not, and nobody was told.
    seen.signedIn = seen.signedIn.filter((entry) => entry.visitor !== visitor);
    const answer = await visitor.post(
      `${web.issuer}/page/sign-out`,
      { client_id: web.clientId },
      { origin: shopPage },
    );
    if (answer.status !== 200) throw new CleanFailure(`sign-out ${expectRetryable(answer.status)}`);
    seen.signedOut.push(visitor);
  }

  async function consumer(): Promise<void> {
    while (shop.isOpen) {
      report.attempted += 1;
      try {
        await attempt(report.attempted);
        noteSuccess();
      } catch (error) {
        report.failedCleanly += 1;
        const reason = error instanceof CleanFailure ? error.message : reasonOf(error);
        if (!reason) report.wrong.push(`not clean: ${String(error)}`);
        report.reasons[reason ?? 'unclean'] = (report.reasons[reason ?? 'unclean'] ?? 0) + 1;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  const running = Promise.all(Array.from({ length: consumers }, consumer));
  async function stop(): Promise<void> {
    shop.isOpen = false;
    await running;
  }
  return {
    get signedIn() {
      return report.signedIn;
    },
    stop,
    async finish() {
      await stop();
      report.wrong.push(...(await findBroken(web, seen)));
      return report;
    },
  };
}

/** Asks for everything that was acknowledged. Spent things last: showing them again ends their conversation. */
async function findBroken(web: Client, seen: Acknowledged): Promise<string[]> {
  const wrong: string[] = [];
  for (const { visitor, sub } of seen.signedIn) {
    const answer = await patiently(() => authorizeSilently(visitor, authorizationUrl(web)));
    if (!answer.get('code')) wrong.push(`a session of ${sub} was lost: ${answer.get('error')}`);
  }
  for (const visitor of seen.signedOut) {
    const answer = await patiently(() => authorizeSilently(visitor, authorizationUrl(web)));
    if (answer.get('code')) wrong.push('a session came back after its sign-out');
  }
  for (const useAgain of seen.spent) {
    if ((await useAgain()).status === 200) wrong.push('a code or refresh token was spent twice');
  }
  return wrong;
}

/** A node that is just coming back may still answer 503. */
async function patiently(ask: () => Promise<URLSearchParams>): Promise<URLSearchParams> {
  let answer = new URLSearchParams();
  await poll('the service answers', 60_000, async () => {
    answer = await ask();
    return !answer.get('error')?.startsWith('status_5');
  });
  return answer;
}

function codeOf(answer: URLSearchParams, step: string): string {
  const code = answer.get('code');
  if (!code) throw new CleanFailure(`${step} without a code ${answer.get('error') ?? ''}`.trim());
  return code;
}

function expectSuccess(answer: TokenAnswer | false | undefined, step: string): TokenAnswer {
  if (!answer) throw new Error('no answer');
  if (answer.status !== 200) expectClean(answer, step);
  if (answer.status !== 200)
    throw new CleanFailure(`${step} ${answer.status} ${answer.body.error ?? ''}`.trim());
  return answer;
}

/** A refusal that a client can act on: begin again. */
function expectClean({ status, body }: TokenAnswer, step: string): void {
  const isClean = status === 200 || status >= 502 || body.error === 'invalid_grant';
  if (!isClean) throw new Error(`${step} answered ${status} ${body.error ?? ''}, which says nothing to do`);
}

function expectRetryable(status: number): number {
  if (status < 502) throw new Error(`answered ${status}`);
  return status;
}

/** A connection that broke is a clean failure: nobody was told anything. */
function reasonOf(error: unknown): string | undefined {
  const { code, message }: { code?: unknown; message?: unknown } = Object(error);
  if (typeof code === 'string' && /^(ECONN|EPIPE|UND_ERR_SOCKET)/.test(code)) return code;
  return typeof message === 'string' && /socket hang up|no answer from port/.test(message)
    ? message
    : undefined;
}
