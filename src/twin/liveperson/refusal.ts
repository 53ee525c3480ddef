/**
 * Why LivePerson's side does not accept a consumer, and the number that it is likely to show: 9007, 4407, 10,
 * 1057 and 9012 are its own as far as they are known. The sentences are ours and name the cause.
 */
const codes = {
  algorithm: '9007',
  key_id_missing: '9007',
  key_id_unknown: '9007',
  key_set: '9007',
  signature: '9007',
  expired: '4407',
  issuer: '4407',
  other_consumer: '4407',
  claim: '10',
  code: '10',
  credentials: '10',
  flow: '10',
  not_a_jwt: '10',
  sdes: '10',
  state: '10',
  subject: '10',
  token_answer: '10',
  token_endpoint: '10',
  verifier: '1057',
  verifier_missing: '1057',
  encryption: '9012',
} as const;

export type RefusalReason = keyof typeof codes;
export type RefusalCode = (typeof codes)[RefusalReason];

export class LivePersonRefusal extends Error {
  readonly reason: RefusalReason;
  readonly code: RefusalCode;
  readonly sentence: string;

  constructor(reason: RefusalReason, sentence: string, options?: { cause: unknown }) {
    super(`${codes[reason]}: ${sentence}`, options);
    this.name = 'LivePersonRefusal';
    this.reason = reason;
    this.code = codes[reason];
    this.sentence = sentence;
  }
}
