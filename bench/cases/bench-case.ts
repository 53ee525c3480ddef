import type { Answer, Send } from '../measure/http-client.ts';
import type { Subject } from '../subject/subject.ts';

/** What is compared, each as one operation that the server under measurement must answer rightly. */
export interface BenchCase {
  name: string;
  /** Where the bare server has nothing of the kind: what it is compared with instead; null: with nothing. */
  bareCase?: string | null;
  /** Consumers who were here a moment ago, in place of ones who come back after a while. */
  again?: boolean;
  prepare(place: Place): Promise<Operate>;
}

export type Operate = (worker: number) => Promise<void>;

export interface Place {
  subject: Pick<Subject, 'name' | 'issuer'>;
  send: Send;
  /** How many workers there are. */
  parallel: number;
  /** The Cookie header of the browser whose turn it is. */
  nextCookie(): string;
}

export function expectJson(answer: Answer, member: string): Record<string, string> {
  const body: Record<string, string> = answer.body.startsWith('{') ? JSON.parse(answer.body) : {};
  if (answer.status !== 200 || body[member] === undefined) throw unexpected(answer);
  return body;
}

export function unexpected({ status, location, body }: Answer): Error {
  return new Error(`unexpected answer: ${status} ${location ?? ''} ${body.slice(0, 300)}`);
}
