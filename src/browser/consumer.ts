import { type AskIssuer, describeError } from './ask-issuer.ts';
import type { ParleyIdentity } from './contract.ts';

/**
 * Who is signed in, as far as the page knows. Nothing is kept but the last answer, and every change begins a new
 * turn: an answer to a question of an earlier turn may be about somebody who has left, and counts no more.
 */
export interface Consumer {
  /** The last answer; undefined before the first and after a change. */
  readonly known: ParleyIdentity | null | undefined;
  readonly turn: number;
  /** Asks anew; calls at the same time share one question. */
  find(): Promise<ParleyIdentity | null>;
  beginTurn(): void;
  /** No question is asked before this has ended. */
  waitFor(ending: Promise<unknown>): void;
}

export function createConsumer(
  ask: AskIssuer,
  onChange: (identity: ParleyIdentity | null, isFirst: boolean) => void,
): Consumer {
  let known: ParleyIdentity | null | undefined;
  let turn = 0;
  let question: Promise<ParleyIdentity | null> | undefined;
  let ending: Promise<unknown> | undefined;

  function find(): Promise<ParleyIdentity | null> {
    if (!question) {
      const mine = askAnew().finally(() => {
        if (question === mine) question = undefined;
      });
      question = mine;
    }
    return question;
  }

  async function askAnew(): Promise<ParleyIdentity | null> {
    await ending;
    const began = turn;
    const answer = await ask('identity');
    if (began !== turn) return find();
    if (answer && !answer['sub']) throw new Error(describeError(answer));
    const identity = answer as ParleyIdentity | null;
    learn(identity);
    return identity;
  }

  function learn(next: ParleyIdentity | null): void {
    const isFirst = known === undefined && turn === 0;
    const isSame = known !== undefined && (known && known.sub) === (next && next.sub);
    if (known !== undefined && !isSame) beginTurn();
    known = next;
    if (!isSame) onChange(next, isFirst);
  }

  function beginTurn(): void {
    turn += 1;
    known = undefined;
    question = undefined;
  }

  return {
    get known() {
      return known;
    },
    get turn() {
      return turn;
    },
    find,
    beginTurn,
    waitFor(promise) {
      ending = promise.catch(() => {});
    },
  };
}
