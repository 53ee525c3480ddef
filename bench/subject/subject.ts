/** A server under measurement. */
export interface Subject {
  name: 'bare' | 'parley';
  issuer: string;
  /** The process whose tree is measured. */
  pid: number;
  /** The Redis that only this server uses. */
  redisPid: number;
  /** Milliseconds from the spawn until it answered. */
  startedAfter: number;
  stop(): Promise<void>;
}
