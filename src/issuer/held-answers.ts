import { Provider } from 'oidc-provider';
import { createRequestNote, type Requested } from './request-note.ts';

interface Answer {
  id: string;
  found: Promise<unknown>;
}

/** Answers that a request has not asked for yet, one of a kind: by model, or `uid` and `not before`. */
export type HeldAnswers = Map<string, Answer>;

const held = createRequestNote<HeldAnswers | undefined>('answers that came ahead');

/** Until the end of this turn of the event loop, in the place of those that are held already. */
export function holdAnswers(ctx: Requested, answers: HeldAnswers): void {
  held.write(ctx, answers);
  setImmediate(() => {
    if (held.find(ctx) === answers) held.write(ctx, undefined);
  });
}

/** Beside those that are held already. */
export function holdAnswer(ctx: Requested, kind: string, answer: Answer): void {
  const answers: HeldAnswers = held.find(ctx) ?? new Map();
  holdAnswers(ctx, answers.set(kind, answer));
}

/** For the request that runs; it is given once. */
export function takeAnswer<T>(kind: string, id: string): Promise<T> | undefined {
  const answers = Provider.ctx && held.find(Provider.ctx);
  const answer = answers?.get(kind);
  if (answer?.id !== id) return undefined;
  answers?.delete(kind);
  return answer.found as Promise<T>;
}
