/**
 * Why LivePerson's side does not accept a consumer. 9007, 4407, 10, 1057 and 9012 are its own numbers as far
 * as they are known; the sentences are ours and name the cause.
 */
export type RefusalCode = '9007' | '4407' | '10' | '1057' | '9012';

export class LivePersonRefusal extends Error {
  readonly code: RefusalCode;
  readonly sentence: string;

  constructor(code: RefusalCode, sentence: string, options?: { cause: unknown }) {
    super(`${code}: ${sentence}`, options);
    this.name = 'LivePersonRefusal';
    this.code = code;
    this.sentence = sentence;
  }
}
